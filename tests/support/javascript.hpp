// JavaScript in tests, where a program that runs it is installed.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradtable::testing {

inline bool is_on_path(std::string_view program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (std::filesystem::exists(std::filesystem::path(folder) / program)) return true;
  return false;
}

// The document of a page in Chromium after its scripts have run, for at most four seconds of their time.
inline std::string shown_by_chromium(const std::string& page, const std::string& address = "",
                                     const std::string& window_size = "800,600") {
  const TemporaryFolder folder;
  const std::string file = folder.write("page.html", page);
  return run_process({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000",
                      "--window-size=" + window_size, "--dump-dom", "file://" + file + address})
      .out;
}

// What a script writes by print(text), on one line. By Node.js, or else by Chromium.
inline std::string printed_by_script(const std::string& script) {
  if (is_on_path("node")) {
    const TemporaryFolder folder;
    return run_process({"node", folder.write("script.js", "const print = console.log;\n" + script)}).out;
  }
  const std::string document = shown_by_chromium(
      "<!DOCTYPE html><pre id=\"printed\"></pre><script>\nconst print = (text) => "
      "document.getElementById(\"printed\").append(text);\n" +
      script + "</script>");
  const std::string_view tag = "<pre id=\"printed\">";
  const std::size_t begin = document.find(tag) + tag.size();
  return document.substr(begin, document.find("</pre>", begin) - begin);
}

inline bool can_run_scripts() {
  return is_on_path("node") || is_on_path("chromium");
}

}  // namespace gradtable::testing
