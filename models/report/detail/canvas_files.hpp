// The files canvas.html, .css and .js, and network.js, which CMake puts into a source
// (models/CMakeLists.txt).
#pragma once

#include <string_view>

namespace gradtable::report::detail {

extern const std::string_view kCanvasMarkup;
extern const std::string_view kCanvasStyle;
extern const std::string_view kCanvasScript;
extern const std::string_view kNetworkScript;

}  // namespace gradtable::report::detail
