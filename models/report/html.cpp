#include "gradtable/models/report/html.hpp"

#include "gradtable/models/report/detail/canvas_files.hpp"
#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/report/detail/sections.hpp"
#include "gradtable/models/report/detail/style.hpp"

namespace gradtable::report {
namespace {

std::string head(const Report& report) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>";
  text += detail::escaped(report.title);
  text += "</title>\n<style>\n";
  text += detail::style();
  if (report.canvas) text += detail::kCanvasStyle;
  text += "</style>\n</head>\n";
  return text;
}

std::string header(const Report& report) {
  std::string text = "<header>\n<h1>" + detail::escaped(report.title) + "</h1>\n";
  if (!report.subtitle.empty()) text += "<p>" + detail::escaped(report.subtitle) + "</p>\n";
  return text + detail::facts_section(report) + "</header>\n";
}

}  // namespace

std::string html(const Report& report) {
  std::string text = head(report) + "<body>\n" + header(report) + "<main>\n";
  for (const auto section :
       {detail::curves_section, detail::canvas_section, detail::confusion_section, detail::mistakes_section,
        detail::weights_sections, detail::graph_section, detail::config_section})
    text += section(report);
  return text + "</main>\n</body>\n</html>\n";
}

}  // namespace gradtable::report
