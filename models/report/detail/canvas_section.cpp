#include <cstddef>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/text.hpp"
#include "gradtable/models/report/detail/canvas_files.hpp"
#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/report/detail/sections.hpp"

namespace gradtable::report::detail {
namespace {

std::string accuracy(const Report& report) {
  const std::string unlike =
      "A drawing by mouse or finger is not one of the images that it knows, so it may be wrong more often.";
  if (!report.confusion || report.confusion->images() == 0)
    return "How often it is right was not measured. " + unlike;
  return fmt::format("Of the {} test images, {:.2f} % of its answers are right. {}",
                     report.confusion->images(), 100 * report.confusion->accuracy(), unlike);
}

// The network with the names of its classes, for the script.
std::string data(const Report& report, const Canvas& canvas) {
  auto json = nlohmann::ordered_json::parse(canvas.network);
  json["classes"] = nlohmann::ordered_json::array();
  for (std::size_t label = 0; label < static_cast<std::size_t>(canvas.classes); ++label)
    json["classes"].push_back(label < report.class_names.size() ? printable(report.class_names[label])
                                                                : fmt::to_string(label));
  return in_script(json.dump());
}

}  // namespace

std::string canvas_section(const Report& report) {
  if (!report.canvas) return {};
  if (!report.canvas->missing.empty())
    return fmt::format("<section>\n<h2>Try it</h2>\n<p>{} So there is nothing to draw on.</p>\n</section>\n",
                       escaped(report.canvas->missing));
  return filled(kCanvasMarkup, {{"accuracy", accuracy(report)},
                                {"data", data(report, *report.canvas)},
                                {"network", std::string(kNetworkScript)},
                                {"script", std::string(kCanvasScript)}});
}

}  // namespace gradtable::report::detail
