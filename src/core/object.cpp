#include "core/object.h"

#include <algorithm>
#include <cstring>

#include "core/compare.h"
#include "core/convert.h"
#include "core/noun.h"
#include "core/text.h"

namespace hvsh {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Below this many entries a scan is faster than an index, and most hashtables are smaller.
constexpr size_t kIndexedMapSize = 8;

size_t hash_key(const Value& key) {
  if (key.is_string()) return hash_name(key.as_string());
  if (key.kind() == Value::Kind::integer) return std::hash<int64_t>{}(key.as_int());
  return hash_name(to_string(key));
}

bool equal_keys(const Value& a, const Value& b, bool exact_case) {
  if (a.is_string() != b.is_string()) return false;
  if (a.is_string() && exact_case) return a.as_string() == b.as_string();
  if (a.is_string()) return equal_names(a.as_string(), b.as_string());
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Value::Kind::integer) return a.as_int() == b.as_int();
  return &a.type() == &b.type() && to_string(a) == to_string(b);
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (std::memcmp(a.data(), b.data(), a.size()) == 0) return true;  // nearly always spelled alike
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

size_t hash_name(std::string_view name) {
  uint64_t hash = 1469598103934665603u;  // FNV-1a
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(lower(c))) * 1099511628211u;
  return hash;
}

StringObject::StringObject(std::string_view text)
    : HeapObject(ObjectKind::string), ascii_(is_ascii_text(text)), size_(text.size()) {}

Ref<StringObject> StringObject::make(std::string_view text) {
  if (text.size() > kMostInline) return make(std::string(text));
  auto* object = new (::operator new(sizeof(StringObject) + text.size())) StringObject(text);
  std::memcpy(static_cast<void*>(object + 1), text.data(), text.size());
  return Ref<StringObject>(object);
}

Ref<StringObject> StringObject::make(std::string&& text) {
  if (text.size() <= kMostInline) return make(std::string_view(text));
  static_assert(alignof(std::string) <= alignof(StringObject));
  auto* object = new (::operator new(sizeof(StringObject) + sizeof(std::string))) StringObject(text);
  new (object + 1) std::string(std::move(text));
  return Ref<StringObject>(object);
}

StringObject::~StringObject() {
  if (size_ > kMostInline) std::destroy_at(const_cast<std::string*>(long_text()));
}

bool StringObject::append(std::string_view more) {
  if (size_ <= kMostInline) return false;
  const_cast<std::string*>(long_text())->append(more);
  size_ += more.size();
  ascii_ = ascii_ && is_ascii_text(more);
  return true;
}

size_t StringObject::utf16_length() const { return ascii_ ? size_ : utf16_size(text()); }

size_t MapObject::index_of(const Value& key) const {
  const auto matches = [&](size_t at) { return equal_keys(entries_[at].first, key, rules_.exact_case); };
  if (index_.empty()) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (matches(i)) return i;
    }
    return entries_.size();
  }
  const auto [first, last] = index_.equal_range(hash_key(key));
  for (auto it = first; it != last; ++it) {
    if (matches(it->second)) return it->second;
  }
  return entries_.size();
}

const Value* MapObject::find(const Value& key) const {
  const size_t index = index_of(key);
  return index == entries_.size() ? nullptr : &entries_[index].second;
}

const Value* MapObject::find(std::string_view key) const { return find(Value::string(key)); }

void MapObject::reindex() {
  index_.clear();
  if (entries_.size() <= kIndexedMapSize) return;
  for (size_t i = 0; i < entries_.size(); ++i) index_.emplace(hash_key(entries_[i].first), i);
}

void MapObject::insert_at(size_t index, const Value& key, Value value) {
  const bool last = index == entries_.size();
  entries_.emplace(entries_.begin() + static_cast<ptrdiff_t>(index), key, std::move(value));
  if (last && !index_.empty()) {
    index_.emplace(hash_key(key), index);
  } else if (!last || entries_.size() > kIndexedMapSize) {
    reindex();
  }
}

void MapObject::insert(size_t index, const Value& key, Value value) {
  insert_at(index, key, std::move(value));
}

void MapObject::set(const Value& key, Value value) {
  size_t index = index_of(key);
  if (index < entries_.size()) {
    entries_[index].second = std::move(value);
    return;
  }
  if (rules_.sorted) {
    const auto before = [&](const std::pair<Value, Value>& entry, const Value& wanted) {
      return sort_order(entry.first, wanted, !rules_.exact_case) < 0;
    };
    index = static_cast<size_t>(std::lower_bound(entries_.begin(), entries_.end(), key, before) -
                                entries_.begin());
  }
  insert_at(index, key, std::move(value));
}

bool MapObject::remove(const Value& key) {
  const size_t index = index_of(key);
  if (index == entries_.size()) return false;
  entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(index));
  reindex();
  return true;
}

void MapObject::clear() {
  entries_.clear();
  index_.clear();
}

Shape::Pointer Shape::empty() {
  static thread_local const Pointer shape = std::make_shared<Shape>();
  return shape;
}

Shape::Shape() {
  static thread_local uint32_t last_id = 0;
  id_ = ++last_id;
}

Shape::Pointer Shape::extend(const Pointer& shape, std::string_view name) {
  for (const auto& weak : shape->children_) {
    if (Pointer child = weak.lock(); child && child->names_.back() == name) return child;
  }
  auto child = std::make_shared<Shape>();
  child->parent_ = shape;
  child->names_ = shape->names_;
  child->names_.emplace_back(name);
  std::erase_if(shape->children_, [](const auto& weak) { return weak.expired(); });
  shape->children_.push_back(child);
  return child;
}

std::optional<size_t> Shape::find(std::string_view name) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (equal_names(names_[i], name)) return i;
  }
  return std::nullopt;
}

const Value* RecordObject::find(std::string_view name) const {
  const auto index = shape_->find(name);
  return index ? &values_[*index] : nullptr;
}

void RecordObject::set(std::string_view name, Value value) {
  if (const auto index = shape_->find(name)) {
    values_[*index] = std::move(value);
    return;
  }
  shape_ = Shape::extend(shape_, name);
  values_.push_back(std::move(value));
}

bool RecordObject::remove(std::string_view name) {
  const auto index = shape_->find(name);
  if (!index) return false;
  Shape::Pointer shape = Shape::empty();
  for (size_t i = 0; i < shape_->size(); ++i) {
    if (i != *index) shape = Shape::extend(shape, shape_->name(i));
  }
  shape_ = std::move(shape);
  values_.erase(values_.begin() + static_cast<ptrdiff_t>(*index));
  return true;
}

const Prop* Noun::find(std::string_view name) const {
  for (const Prop& prop : props) {
    if (!equal_names(prop.name, name)) continue;
    return prop.alias_of.empty() ? &prop : find(prop.alias_of);
  }
  return nullptr;
}

std::optional<Version> Version::parse(std::string_view text) {
  Version version;
  int* const parts[] = {&version.major, &version.minor, &version.build, &version.revision};
  size_t part = 0;
  size_t begin = 0;
  while (true) {
    const size_t end = std::min(text.find('.', begin), text.size());
    const std::string_view digits = text.substr(begin, end - begin);
    if (part == 4 || digits.empty() || digits.size() > 9) return std::nullopt;
    int number = 0;
    for (char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    *parts[part++] = number;
    if (end == text.size()) break;
    begin = end + 1;
  }
  if (part < 2) return std::nullopt;
  return version;
}

std::string Version::to_string() const {
  std::string text = std::to_string(major) + "." + std::to_string(minor);
  if (build >= 0) text += "." + std::to_string(build);
  if (build >= 0 && revision >= 0) text += "." + std::to_string(revision);
  return text;
}

}  // namespace hvsh
