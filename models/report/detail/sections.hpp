// The parts of a report, each an element of HTML; empty where there is nothing to show.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gradtable/models/report/html.hpp"

namespace gradtable::report::detail {

std::string facts_section(const Report& report);
std::string curves_section(const Report& report);
std::string canvas_section(const Report& report);
std::string confusion_section(const Report& report);
std::string mistakes_section(const Report& report);
std::string weights_sections(const Report& report);
std::string graph_section(const Report& report);
std::string config_section(const Report& report);

// The name of a class as HTML.
std::string class_name(const Report& report, std::int64_t label);

// <img> with the picture inside. `attributes` is HTML.
std::string image(const Picture& picture, std::string_view description, std::string_view attributes = {});

}  // namespace gradtable::report::detail
