# One static library a module, its sources found by place; what it may link is what it may include
# (docs/architecture.md, Layers).

add_library(treadle_options INTERFACE)
target_include_directories(treadle_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(treadle_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -fno-omit-frame-pointer
  # clang, of the sanitizer builds, takes a capture that an empty pack does not use for a mistake
  $<IF:$<CXX_COMPILER_ID:GNU>,-Werror,-Wno-unused-lambda-capture>)

# GCC 12 sees overlaps and uninitialised reads in std::string and std::variant where there are none.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(treadle_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
else()  # GCC 12's own stable_sort uses what its headers mark as deprecated
  target_compile_options(treadle_options INTERFACE -Wno-deprecated-declarations)
endif()

# treadle_module(NAME FOLDER... LINK lib...): library treadle_NAME of all .cc files in src/treadle/FOLDER...
function(treadle_module name)
  cmake_parse_arguments(M "" "" "FOLDERS;LINK" ${ARGN})
  set(sources)
  foreach(folder ${M_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/treadle/${folder}/*.cc)
    list(APPEND sources ${found})
  endforeach()
  if(sources)
    add_library(treadle_${name} STATIC ${sources})
    target_link_libraries(treadle_${name} PUBLIC treadle_options ${M_LINK})
  else()
    add_library(treadle_${name} INTERFACE)
    target_link_libraries(treadle_${name} INTERFACE treadle_options ${M_LINK})
  endif()
endfunction()
