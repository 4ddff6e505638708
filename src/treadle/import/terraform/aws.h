// What AWS would answer for the attributes of resources that do not exist yet.
// Source: Terraform AWS provider documentation, "Attribute Reference"; AWS, "Amazon Resource
// Names".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::import::terraform {

struct Place {
  std::string region = "us-east-1";
  std::string account = "123456789012";
};

struct ResourceName {
  std::string_view type;   // "aws_sqs_queue"
  std::string_view label;  // of the block, with the key of its instance
  std::string_view name;   // what it is called on AWS
};

// The argument that names resources of that type ("name" unless AWS's provider has another word).
[[nodiscard]] auto name_argument(std::string_view type) -> std::string_view;

// An attribute that AWS computes (arn, url, ...), as it would look; nullopt when nothing is known
// of it. Ids that AWS draws at random are derived from the label.
[[nodiscard]] auto computed_attribute(Place const& place, ResourceName const& resource,
                                      std::string_view attribute) -> std::optional<std::string>;

// The attributes that computed_attribute knows for that type, in the order of the table.
[[nodiscard]] auto computed_attribute_names(std::string_view type) -> std::vector<std::string_view>;

// An ARN for a type of which nothing is known: arn:aws:SERVICE:REGION:ACCOUNT:NAME, where SERVICE
// is the word after "aws_"; nullopt for a type of another provider.
[[nodiscard]] auto guessed_arn(Place const& place, ResourceName const& resource)
    -> std::optional<std::string>;

[[nodiscard]] auto lambda_function_arn(Place const& place, std::string_view function)
    -> std::string;

}  // namespace treadle::import::terraform
