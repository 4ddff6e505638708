# What others build on: one archive of the modules that the library needs, its headers, and the files that
# find_package(treadle) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

option(TREADLE_SHARED "Also build libtreadle.so, with the functions of treadle/c.h" OFF)

set(modules base json expr asl record interpreter store net integrations runtime library)
set(objects)
foreach(module ${modules})
  list(APPEND objects $<TARGET_OBJECTS:treadle_${module}>)
endforeach()
set(dependencies fmt::fmt OpenSSL::SSL OpenSSL::Crypto EXPAT::EXPAT double-conversion::double-conversion
  Threads::Threads pcre2-8 pcre2-16 rocksdb)
set(headers ${PROJECT_SOURCE_DIR}/src/treadle/library/include)

if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  set(when EXCLUDE_FROM_ALL)  # nobody installs those
endif()
add_library(treadle_sdk STATIC ${when} ${objects})
set_target_properties(treadle_sdk PROPERTIES OUTPUT_NAME treadle EXPORT_NAME treadle LINKER_LANGUAGE CXX)
target_link_libraries(treadle_sdk INTERFACE ${dependencies})
target_compile_features(treadle_sdk INTERFACE cxx_std_23)
target_include_directories(treadle_sdk INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set(sdk treadle_sdk)

if(TREADLE_SHARED)
  add_library(treadle_shared SHARED ${when} ${objects})
  set_target_properties(treadle_shared PROPERTIES OUTPUT_NAME treadle EXPORT_NAME treadle_shared LINKER_LANGUAGE CXX
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  target_link_libraries(treadle_shared PRIVATE ${dependencies})
  target_link_options(treadle_shared PRIVATE
    "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/library.map" -Wl,--no-undefined)
  target_include_directories(treadle_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  list(APPEND sdk treadle_shared)
endif()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/treadle)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/treadle-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/treadle-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/treadle-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(TARGETS ${sdk} EXPORT treadle-targets COMPONENT sdk)
install(EXPORT treadle-targets NAMESPACE treadle:: DESTINATION ${package} COMPONENT sdk)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/treadle-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/treadle-config-version.cmake DESTINATION ${package} COMPONENT sdk)
install(DIRECTORY ${headers}/treadle DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
