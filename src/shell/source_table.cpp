#include "shell/source_table.h"

#include <algorithm>

#include "core/text.h"

namespace hvsh::shell {

uint32_t SourceTable::add(std::string name, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto source = std::make_unique<Source>();
  source->name = std::move(name);
  source->text.assign(text);
  sources_.push_back(std::move(source));
  return static_cast<uint32_t>(sources_.size());
}

void SourceTable::remove(uint32_t source) {
  if (find(source)) sources_[source - 1].reset();
}

const SourceTable::Source* SourceTable::find(uint32_t source) const {
  return source == 0 || source > sources_.size() ? nullptr : sources_[source - 1].get();
}

bool SourceTable::contains(uint32_t source) const { return find(source) != nullptr; }

std::string_view SourceTable::name(uint32_t source) const {
  const Source* found = find(source);
  return found ? std::string_view(found->name) : std::string_view{};
}

std::string_view SourceTable::text(uint32_t source) const {
  const Source* found = find(source);
  return found ? std::string_view(found->text) : std::string_view{};
}

std::string_view SourceTable::text(Span span) const {
  std::string_view all = text(span.source);
  if (span.begin > all.size() || span.end < span.begin) return {};
  return all.substr(span.begin, span.end - span.begin);
}

const std::vector<uint32_t>& SourceTable::line_begins(const Source& source) {
  std::vector<uint32_t>& begins = source.line_begins;
  if (!begins.empty()) return begins;
  begins.push_back(0);
  const std::string& text = source.text;
  for (size_t i = 0; i < text.size(); ++i) {
    bool ends = text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
    if (ends) begins.push_back(static_cast<uint32_t>(i + 1));
  }
  return begins;
}

Position SourceTable::position(const Source& source, uint32_t offset) {
  const std::vector<uint32_t>& begins = line_begins(source);
  offset = std::min(offset, static_cast<uint32_t>(source.text.size()));
  auto line = static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), offset) - begins.begin());
  uint32_t begin = begins[line - 1];
  size_t units = to_utf16(std::string_view(source.text).substr(begin, offset - begin)).size();
  return {static_cast<uint32_t>(line), static_cast<uint32_t>(units) + 1};
}

Position SourceTable::begin(Span span) const {
  const Source* found = find(span.source);
  return found ? position(*found, span.begin) : Position{};
}

Position SourceTable::end(Span span) const {
  const Source* found = find(span.source);
  return found ? position(*found, span.end) : Position{};
}

uint32_t SourceTable::line_count(uint32_t source) const {
  const Source* found = find(source);
  return found ? static_cast<uint32_t>(line_begins(*found).size()) : 0;
}

uint32_t SourceTable::line_begin(uint32_t source, uint32_t number) const {
  const Source* found = find(source);
  if (!found || number == 0) return 0;
  const std::vector<uint32_t>& begins = line_begins(*found);
  return number <= begins.size() ? begins[number - 1] : static_cast<uint32_t>(found->text.size());
}

std::string_view SourceTable::line(uint32_t source, uint32_t number) const {
  const Source* found = find(source);
  if (!found || number == 0 || number > line_begins(*found).size()) return {};
  uint32_t begin = line_begin(source, number), end = line_begin(source, number + 1);
  std::string_view line = std::string_view(found->text).substr(begin, end - begin);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

}  // namespace hvsh::shell
