#include "gradtable/models/config/json.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/text.hpp"
#include "gradtable/models/io/read_file.hpp"

namespace gradtable::config {
namespace {

using nlohmann::json;

// Takes the parser's events and builds the value. The parser itself does not recurse, and nothing deeper than
// kMaxJsonDepth is ever built, so that no later walk or destructor runs out of stack.
class Builder {
 public:
  Builder(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(json::number_integer_t value) { return add(value); }
  bool number_unsigned(json::number_unsigned_t value) { return add(value); }
  bool number_float(json::number_float_t value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json::object()); }
  bool start_array(std::size_t) { return open(json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    json& object = *open_.back();
    names_.back() = name;
    if (object.contains(name))
      throw ConfigError(
          fmt::format("{} at {}: this key stands twice; expected each key once", source_, pointer()));
    return true;
  }

  bool parse_error(std::size_t bytes_read, const std::string& token, const json::exception& error) {
    const std::string_view what = error.what();
    // The parser stands behind the byte that it could not take; behind the end of the text at the end.
    const std::size_t last = std::min(bytes_read - std::min<std::size_t>(bytes_read, 1), text_.size());
    std::size_t first = last;
    if (has(what, "unexpected string literal"))
      first = last + 1 - std::min(token.size(), last + 1);
    else if (has(what, "invalid literal") || has(what, "overflow") || has(what, "literal; expected"))
      first = start_of_word(last);
    if (const auto comma = trailing_comma(first))
      throw TrailingComma(fmt::format("{}: a trailing comma; expected JSON, which has none",
                                      position(text_, source_, *comma)));
    const std::string where = position(text_, source_, first);
    const std::string_view word = text_.substr(first, last + 1 - first);
    if (has(what, "number overflow"))
      throw ConfigError(
          fmt::format("{}: the number {}; expected one in the range of double", where, printable(word, 60)));
    if (has(what, "invalid literal") && word.ends_with('/'))
      throw ConfigError(fmt::format("{}: a comment; expected JSON, which has none", where));
    if (has(what, "invalid literal"))
      throw ConfigError(fmt::format("{}: invalid literal {}; expected JSON", where, in_quotes(word)));
    throw ConfigError(fmt::format("{}: {}", where, found_and_expected(what, token)));
  }

 private:
  json& insert(json value) {
    if (open_.empty()) return root_ = std::move(value);
    json& container = *open_.back();
    if (container.is_object()) return container[names_.back()] = std::move(value);
    container.push_back(std::move(value));
    return container.back();
  }

  bool add(json value) {
    insert(std::move(value));
    return true;
  }

  bool open(json container) {
    if (open_.size() == kMaxJsonDepth)
      throw ConfigError(fmt::format("{}: nested more than {} deep; expected less", source_, kMaxJsonDepth));
    open_.push_back(&insert(std::move(container)));
    names_.emplace_back();
    return true;
  }

  bool close() {
    open_.pop_back();
    names_.pop_back();
    return true;
  }

  std::string pointer() const {
    json::json_pointer path;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (open_[i]->is_object())
        path.push_back(names_[i]);
      else
        path.push_back(std::to_string(open_[i]->size() - 1));
    }
    return printable(path.to_string());
  }

  static bool has(std::string_view what, std::string_view part) {
    // Before the token, which may hold any text.
    return what.substr(0, what.find(kLastRead)).find(part) != std::string_view::npos;
  }

  // The comma before the closing bracket at `found`, or the one at `found` that follows the whole value.
  std::optional<std::size_t> trailing_comma(std::size_t found) const {
    constexpr std::string_view kSpace = " \t\r\n";
    if (found >= text_.size()) return std::nullopt;
    if (text_[found] == ',' && open_.empty() && text_.find_first_not_of(kSpace, found + 1) == text_.npos)
      return found;
    if (found == 0 || (text_[found] != '}' && text_[found] != ']')) return std::nullopt;
    const std::size_t before = text_.find_last_not_of(kSpace, found - 1);
    return before != text_.npos && text_[before] == ',' ? std::optional(before) : std::nullopt;
  }

  // The first byte of the word or number that ends at `last`.
  std::size_t start_of_word(std::size_t last) const {
    const auto in_word = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; };
    while (last > 0 && in_word(static_cast<unsigned char>(text_[last - 1]))) --last;
    return last;
  }

  // The library's "...: syntax error while parsing value - FOUND; last read: 'TOKEN'; expected WHAT", cut to
  // size.
  static std::string found_and_expected(std::string_view what, std::string_view token) {
    const std::size_t dash = what.find(" - ");
    if (dash != std::string_view::npos) what.remove_prefix(dash + 3);
    const std::size_t last_read = what.find(kLastRead);
    if (last_read == std::string_view::npos) return printable(what);
    if (token.starts_with('"')) token.remove_prefix(1);  // of a string, whose end was not read
    return fmt::format("{} in {}; expected JSON", printable(what.substr(0, last_read)), in_quotes(token));
  }

  static constexpr std::string_view kLastRead = "; last read: '";

  std::string_view text_;
  std::string_view source_;
  json root_;
  std::vector<json*> open_;         // the containers around the next value, outermost first
  std::vector<std::string> names_;  // for each of them, the key read last; empty in a list
};

}  // namespace

json parse_json(std::string_view text, std::string_view source) {
  const std::string name = printable(source);
  text = as_utf8(text, name);
  Builder builder(text, name);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

json read_json(const std::filesystem::path& path) {
  return parse_json(read_file<ConfigError>(path, kMaxConfigBytes), path.native());
}

std::string describe(const json& value) {
  if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
  if (value.is_object()) return "an object";
  if (value.is_array()) return value.empty() ? "an empty list" : fmt::format("a list of {}", value.size());
  if (value.is_number_float() && !std::isfinite(value.get<double>()))
    return fmt::format("{}", value.get<double>());  // which no file can say
  return value.dump();
}

}  // namespace gradtable::config
