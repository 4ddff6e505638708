#include "treadle/saga/names.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace treadle::saga {
namespace {

using Names = std::vector<std::string>;

TEST(Names, LeaveOutTheVerb) {
  EXPECT_EQ(
      names_after("Compensate",
                  {"ReserveInventory", "ChargePayment", "CreateShipment", "reserve-hotel",
                   "book_the flight", "Ship", "sendHTTPRequest", "HTTPCall"},
                  {}),
      (Names{"CompensateInventory", "CompensatePayment", "CompensateShipment", "CompensateHotel",
             "CompensateTheFlight", "CompensateShip", "CompensateHTTPRequest", "CompensateCall"}));
}

TEST(Names, AreWholeWhereTheyClash) {
  EXPECT_EQ(names_after("Compensate", {"ReserveCar", "PayCar", "BookRoom"}, {}),
            (Names{"CompensateReserveCar", "CompensatePayCar", "CompensateRoom"}));
  EXPECT_EQ(names_after("Compensate", {"BookRoom"}, {"CompensateRoom"}),
            (Names{"CompensateBookRoom"}));
  EXPECT_EQ(names_after("Compensate", {"BookRoom", "Book-room", "book room"}, {}),
            (Names{"CompensateBookRoom", "CompensateBookRoom2", "CompensateBookRoom3"}));
}

TEST(Names, HaveAtMost80Characters) {
  std::string const tail(90, 'x');
  auto const names = names_after("Compensate", {"A" + tail, "A" + tail + "y"}, {});
  EXPECT_EQ(names[0], "CompensateA" + std::string(69, 'x'));
  EXPECT_EQ(names[1], "CompensateA" + std::string(68, 'x') + "2");
}

}  // namespace
}  // namespace treadle::saga
