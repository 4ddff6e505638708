# Writes OUTPUT, a header with VERSION and the commit of SOURCE, where it says something else: what is up to date stays so.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git describe --always --dirty --exclude=* WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once\n#define TREADLE_VERSION \"@VERSION@\"\n#define TREADLE_COMMIT \"@commit@\"\n" @ONLY)
