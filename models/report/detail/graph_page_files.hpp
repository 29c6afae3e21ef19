// The files graph_page.html, .css and .js, and those of graph_page_profile, its panel for a profile, which
// CMake puts into a source (models/CMakeLists.txt).
#pragma once

#include <string_view>

namespace gradtable::report::detail {

extern const std::string_view kGraphPageMarkup;
extern const std::string_view kGraphPageStyle;
extern const std::string_view kGraphPageScript;

extern const std::string_view kProfileMarkup;
extern const std::string_view kProfileStyle;
extern const std::string_view kProfileScript;

}  // namespace gradtable::report::detail
