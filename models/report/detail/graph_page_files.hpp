// The files graph_page.html, .css and .js, which CMake puts into a source (models/CMakeLists.txt).
#pragma once

#include <string_view>

namespace gradtable::report::detail {

extern const std::string_view kGraphPageMarkup;
extern const std::string_view kGraphPageStyle;
extern const std::string_view kGraphPageScript;

}  // namespace gradtable::report::detail
