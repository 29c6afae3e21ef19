// The style sheets of pages and charts.
#pragma once

#include <string>

namespace gradtable::report::detail {

// Of a page, light or dark by the reader's choice, with its charts.
std::string style();
// Of a chart in a file of its own: the light colours as numbers, since few programs but browsers know
// variables.
std::string chart_style();

}  // namespace gradtable::report::detail
