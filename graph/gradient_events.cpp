#include "gradtable/graph/gradient_events.hpp"

namespace gradtable {

std::string_view to_string(GradientLine line) {
  switch (line) {
    case GradientLine::start:
      return "start";
    case GradientLine::left_out:
      return "left_out";
    case GradientLine::seed:
      return "seed";
    case GradientLine::form:
      return "form";
    case GradientLine::variable:
      return "variable";
    case GradientLine::consumer:
      return "consumer";
    case GradientLine::op:
      return "op";
    case GradientLine::bprop:
      return "bprop";
    case GradientLine::sum_to:
      return "sum_to";
    case GradientLine::chosen:
      return "chosen";
    case GradientLine::add:
      return "add";
    case GradientLine::entry:
      return "entry";
    case GradientLine::end:
      break;
  }
  return "end";
}

}  // namespace gradtable
