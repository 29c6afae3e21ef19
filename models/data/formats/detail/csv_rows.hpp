// The rows of a CSV file, one after the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/byte_source.hpp"

namespace gradtable::detail {

inline constexpr std::size_t kMostRowBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMostColumns = std::size_t{1} << 17;

// RFC 4180: a field in quotes may have separators, line ends and doubled quotes. Beyond it: lines end in
// CRLF, LF or CR; spaces around a field are no part of it, unless it is in quotes; blank lines are left out;
// a byte order mark of UTF-8 is skipped. Memory is one row, at most kMostRowBytes.
//
// All functions throw DataError for a row that is not as it should be: "FILE@row 3, column 2: ...". Rows
// count from 1, blank ones too, and a row of several lines as one.
class CsvRows {
 public:
  // The separator is the one of , ; and tab that the first line has most of, unless it is given. Throws for
  // what is no regular file, as it is read twice.
  CsvRows(const std::string& path, char separator);

  // Goes to the next row; false at the end of the file.
  bool next();

  char separator() const { return separator_; }
  std::int64_t row() const { return row_; }
  std::span<const std::string_view> fields() const { return fields_; }

  // Throws "FILE@row R, column C: found; expected": of the row that was read last, columns from 0.
  [[noreturn]] void refuse(std::string_view column, std::string_view found, std::string_view expected) const;
  [[noreturn]] void refuse_row(std::string_view found, std::string_view expected) const;

 private:
  static constexpr int kEnd = -1;

  int peek() { return at_ < filled_ || refill() ? buffer_[at_] : kEnd; }
  int get() {
    const int byte = peek();
    if (byte != kEnd) ++at_;
    return byte;
  }
  bool refill();
  void skip_mark();
  char most_frequent_separator() const;
  void read_row();
  int read_field();
  int read_plain();
  int read_quoted();
  bool is_blank(int byte) const { return byte != separator_ && (byte == ' ' || byte == '\t'); }
  void append(const std::uint8_t* bytes, std::size_t count);
  [[noreturn]] void refuse_field(std::string_view found, std::string_view expected) const;

  std::string path_;
  ByteSource source_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0, filled_ = 0;
  bool ended_ = false;
  char separator_;
  std::array<bool, 256> stops_{};  // bytes at which a plain field is left, to look closer
  std::int64_t row_ = 0;
  std::string text_;               // of all fields
  std::vector<std::size_t> ends_;  // of each field in the text
  bool quoted_ = false;            // whether a field of the row was in quotes
  std::vector<std::string_view> fields_;
};

}  // namespace gradtable::detail
