#include "engines/vhdx/headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/crc32c.h"
#include "engines/vhdx/errors.h"

namespace hvsh::vhdx {

namespace {

Result<void> check(const Source& source, const Header& header) {
  const auto bad = [&](std::string_view what) { return corrupt(source.path(), what); };
  if (header.version != 1) {
    return unsupported(source.path(), fmt::format("its VHDX version is {}, known is 1", header.version));
  }
  const bool dirty = !header.log.is_zero();
  if (dirty && header.log_version != 0) {
    return unsupported(source.path(), fmt::format("its log version is {}, known is 0", header.log_version));
  }
  if (header.log_offset % kMiB != 0 || header.log_length % kMiB != 0) {
    return bad("the log is not aligned to 1 MiB");
  }
  if (dirty && header.log_length == 0) return bad("the header names a log of no length");
  if (header.log_length == 0) return {};
  if (header.log_length > kLargestLog) {
    return unsupported(source.path(),
                       fmt::format("its log has {} bytes, more than {}", header.log_length, kLargestLog));
  }
  if (header.log_offset < kHeaderArea) return bad("the log overlaps the headers");
  if (!within(header.log_offset, header.log_length, source.size())) {
    return bad("the log lies outside of the file");
  }
  return {};
}

}  // namespace

void encode_header(const Header& header, MutableBytes to) {
  std::fill(to.begin(), to.end(), uint8_t{0});
  uint8_t* const at = to.data();
  put_signature(at, kHeaderSignature);
  store_le(at + 8, header.sequence);
  store_guid(at + 16, header.file_write);
  store_guid(at + 32, header.data_write);
  store_guid(at + 48, header.log);
  store_le(at + 64, header.log_version);
  store_le(at + 66, header.version);
  store_le(at + 68, header.log_length);
  store_le(at + 72, header.log_offset);
  store_le(at + 4, crc32c(to.first(kHeaderSize)));
}

std::optional<Header> decode_header(Bytes from) {
  if (!has_signature(from, kHeaderSignature)) return std::nullopt;
  const uint8_t* const at = from.data();
  if (load_le<uint32_t>(at + 4) != crc32c_without(from.first(kHeaderSize), 4)) return std::nullopt;
  return Header{.sequence = load_le<uint64_t>(at + 8),
                .file_write = load_guid(at + 16),
                .data_write = load_guid(at + 32),
                .log = load_guid(at + 48),
                .log_version = load_le<uint16_t>(at + 64),
                .version = load_le<uint16_t>(at + 66),
                .log_length = load_le<uint32_t>(at + 68),
                .log_offset = load_le<uint64_t>(at + 72)};
}

void encode_file_identifier(std::string_view creator, MutableBytes to) {
  std::fill(to.begin(), to.end(), uint8_t{0});
  put_signature(to.data(), kFileSignature);
  for (size_t i = 0; i < std::min<size_t>(creator.size(), 255); ++i) {
    store_le<uint16_t>(to.data() + 8 + 2 * i, static_cast<uint8_t>(creator[i]));
  }
}

Result<Headers> read_headers(const Source& source) {
  uint8_t signature[8] = {};
  if (source.size() >= sizeof signature) HVSH_CHECK(source.read(0, signature));
  if (!has_signature(signature, kFileSignature)) return corrupt(source.path(), "it is not a VHDX file");
  if (source.size() < kHeaderArea) return corrupt(source.path(), "it ends within its headers");
  if (source.size() > kLargestFile) return unsupported(source.path(), "it is larger than 80 TB");

  Headers headers;
  Buffer bytes(kHeaderSize);
  for (size_t i = 0; i < 2; ++i) {
    HVSH_CHECK(source.read(kHeaderOffsets[i], bytes));
    headers.copies[i] = decode_header(bytes);
  }
  const auto& [first, second] = headers.copies;
  if (!first && !second) return corrupt(source.path(), "both of its headers are damaged");
  if (first && second && first->sequence == second->sequence && *first != *second) {
    return corrupt(source.path(), "its headers differ but have the same sequence number");
  }
  headers.current = !first || (second && second->sequence > first->sequence) ? 1 : 0;
  HVSH_CHECK(check(source, headers.header()));
  return headers;
}

}  // namespace hvsh::vhdx
