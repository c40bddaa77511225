#pragma once
// The file identifier and the two headers of a VHDX file.
//
// Two copies of the header take turns: the valid one with the larger sequence number is current. Only the
// current one is checked for sense, since the other may be an older state.
#include <array>
#include <optional>

#include "core/result.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

struct Header {
  uint64_t sequence = 0;
  Guid file_write;  // changes whenever somebody opens the file for writing
  Guid data_write;  // changes when what a guest sees changes: the link between child and parent
  Guid log;         // of the valid log entries; zero when there is nothing to replay
  uint16_t log_version = 0;
  uint16_t version = 1;
  uint32_t log_length = 0;
  uint64_t log_offset = 0;

  bool operator==(const Header&) const = default;
  Extent log_extent() const { return {log_offset, log_length}; }
};

struct Headers {
  std::array<std::optional<Header>, 2> copies;  // those whose signature and checksum hold
  size_t current = 0;
  const Header& header() const { return *copies[current]; }
};

void encode_header(const Header& header, MutableBytes to);  // kHeaderSize bytes
std::optional<Header> decode_header(Bytes from);            // kHeaderSize bytes

// The identifier, its creator text behind it.
void encode_file_identifier(std::string_view creator, MutableBytes to);  // 64 KiB

// Reads and checks both. Errors: not a VHDX file, no valid header, a header that makes no sense.
Result<Headers> read_headers(const Source& source);

}  // namespace hvsh::vhdx
