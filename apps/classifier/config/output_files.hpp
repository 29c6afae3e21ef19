// The files that a run leaves. Each is a member of Config::Output and a row of the table: its key, its name
// on the command line's messages, what removes it and its place among the results follow from that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "apps/classifier/config/config.hpp"

namespace classifier {

// What a file holds, and so when it is removed or written.
enum class Content : std::uint8_t {
  training,    // of the epochs: a resumed run continues it, another removes it first
  evaluation,  // of the test: removed before each training, and written by eval too
  summary,     // of both: removed before each training
  state,       // replaced when it is written, and never removed
};

struct OutputFile {
  std::string_view key;
  std::filesystem::path Config::Output::*member;
  Content content;
  const char* meaning;  // for docs/config.md, without the folder
};

// In the order in which results are listed.
std::span<const OutputFile> output_files();

struct NamedFile {
  std::string_view name;  // for messages
  std::filesystem::path file;
};

// Those that have names, the drawing of the graph's forward part, and what stands beside a profile.
std::vector<NamedFile> named_outputs(const Config::Output& output);

// The forward part of the graph that is drawn to `dot`: the same name with "_forward" before the extension.
std::filesystem::path forward_dot(const std::filesystem::path& dot);

// What stands beside the table of a profile, under its name with another end: "profile_trace.json",
// "profile_heat.dot" and "profile_graph.html".
struct ProfileFiles {
  std::filesystem::path trace, dot, page;
};
ProfileFiles profile_files(const std::filesystem::path& table);

}  // namespace classifier
