#include "gradtable/models/data/formats/detail/csv_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

constexpr std::size_t kCsvBuffer = 1 << 16;
constexpr std::string_view kSeparators = ",;\t";

}  // namespace

CsvRows::CsvRows(const std::string& path, char separator)
    : path_(path), source_(path, "a CSV file"), buffer_(kCsvBuffer), separator_(separator) {
  if (source_.size_bound() == 0)
    throw DataError(path_ + ": not a regular file; expected one, as it is read twice");
  refill();
  skip_mark();
  if (separator_ == '\0') separator_ = most_frequent_separator();
  for (const char stop : {separator_, '\n', '\r', '\0'}) stops_[static_cast<std::uint8_t>(stop)] = true;
}

// Only when all of the buffer is used up, or at the beginning.
bool CsvRows::refill() {
  if (ended_) return false;
  at_ = 0;
  filled_ = source_.read(buffer_);
  if (filled_ < buffer_.size()) {
    ended_ = true;
    source_.finish();
  }
  return filled_ > 0;
}

void CsvRows::skip_mark() {
  const std::string_view text(reinterpret_cast<const char*>(buffer_.data()), filled_);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw DataError(path_ + "@byte 0: UTF-16 text; expected UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

char CsvRows::most_frequent_separator() const {
  std::array<std::int64_t, kSeparators.size()> counts{};
  bool in_quotes = false, has_text = false;
  for (std::size_t i = at_; i < filled_; ++i) {
    const char c = static_cast<char>(buffer_[i]);
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes) continue;
    if (has_text && (c == '\n' || c == '\r')) break;
    has_text = has_text || (c != '\n' && c != '\r');
    if (const std::size_t found = kSeparators.find(c); found != std::string_view::npos) ++counts[found];
  }
  return kSeparators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

bool CsvRows::next() {
  while (peek() != kEnd) {
    ++row_;
    read_row();
    const bool blank = fields_.size() == 1 && fields_[0].empty() && !quoted_;
    if (!blank) return true;
  }
  return false;
}

void CsvRows::read_row() {
  text_.clear();
  ends_.clear();
  quoted_ = false;
  for (int stop = separator_; stop == static_cast<std::uint8_t>(separator_);) {
    if (ends_.size() == kMostColumns) refuse_row(fmt::format("more than {} fields", kMostColumns), "fewer");
    stop = read_field();
    if (stop == '\r' && peek() == '\n') get();
    ends_.push_back(text_.size());
  }
  fields_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    fields_.push_back(std::string_view(text_).substr(begin, end - begin));
    begin = end;
  }
}

// What it returns ended the field: the separator, a line end, or the end of the file.
int CsvRows::read_field() {
  while (is_blank(peek())) get();
  return peek() == '"' ? read_quoted() : read_plain();
}

int CsvRows::read_plain() {
  const std::size_t begin = text_.size();
  int stop = kEnd;
  while (peek() != kEnd) {
    const std::uint8_t* const bytes = buffer_.data();
    const std::uint8_t* const last =
        std::find_if(bytes + at_, bytes + filled_, [&](std::uint8_t byte) { return stops_[byte]; });
    const auto count = static_cast<std::size_t>(last - bytes) - at_;
    append(bytes + at_, count);
    at_ += count;
    if (at_ == filled_) continue;
    stop = get();
    break;
  }
  if (stop == '\0') refuse_field("a zero byte", "text");
  while (text_.size() > begin && is_blank(static_cast<std::uint8_t>(text_.back()))) text_.pop_back();
  return stop;
}

int CsvRows::read_quoted() {
  quoted_ = true;
  get();
  for (;;) {
    const int byte = get();
    if (byte == kEnd) refuse_field("the end of the file within quotes", "a quote that ends the field");
    if (byte == '\0') refuse_field("a zero byte", "text");
    if (byte == '"') {
      if (peek() != '"') break;
      get();
    }
    const auto kept = static_cast<std::uint8_t>(byte);
    append(&kept, 1);
  }
  while (is_blank(peek())) get();
  const int stop = get();
  if (stop != kEnd && !stops_[static_cast<std::size_t>(stop)])
    refuse_field(in_quotes(std::string(1, static_cast<char>(stop))) + " behind the quote that ends the field",
                 "a separator or the end of the line; a quote within quotes is doubled");
  return stop;
}

void CsvRows::append(const std::uint8_t* bytes, std::size_t count) {
  if (text_.size() + count > kMostRowBytes)
    refuse_field(fmt::format("a row of more than {} bytes", kMostRowBytes),
                 "a shorter one; a quote may be left open, or the line ends be missing");
  text_.append(reinterpret_cast<const char*>(bytes), count);
}

void CsvRows::refuse_field(std::string_view found, std::string_view expected) const {
  throw DataError(
      fmt::format("{}@row {}, column {}: {}; expected {}", path_, row_, ends_.size() + 1, found, expected));
}

void CsvRows::refuse_row(std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}@row {}: {}; expected {}", path_, row_, found, expected));
}

void CsvRows::refuse(std::string_view column, std::string_view found, std::string_view expected) const {
  throw DataError(
      fmt::format("{}@row {}, column {}: {}; expected {}", path_, row_, in_quotes(column), found, expected));
}

}  // namespace gradtable::detail
