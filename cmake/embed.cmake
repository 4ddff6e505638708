# treadle_embed(TARGET HEADER NAMESPACE NAME=FILE...): files that the binary carries. Each becomes a
# std::string_view NAME of NAMESPACE, declared by hand in HEADER and defined in a source made at build time.
function(treadle_embed target header namespace)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_script.cmake)
  get_filename_component(stem ${header} NAME_WE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_${stem}_embedded.cc)
  set(files)
  foreach(pair ${ARGN})
    string(REGEX REPLACE "^[^=]+=" "" file ${pair})
    list(APPEND files ${file})
  endforeach()
  string(REPLACE ";" "," pairs "${ARGN}")
  add_custom_command(OUTPUT ${output} DEPENDS ${files} ${script} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${header} -DNAMESPACE=${namespace}
            -DPAIRS=${pairs} -P ${script})
  target_sources(${target} PRIVATE ${output})
endfunction()
