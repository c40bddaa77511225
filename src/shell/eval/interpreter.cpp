#include "shell/eval/interpreter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "core/bounds.h"
#include "core/operators.h"
#include "core/stack.h"
#include "shell/eval/environment.h"
#include "shell/eval/history.h"
#include "shell/eval/session_drives.h"
#include "shell/jobs/job.h"

namespace hvsh::shell {

void* Services::find(const void* key) {
  for (Entry& entry : entries_) {
    if (entry.key != key) continue;
    if (entry.object == nullptr) entry.object = entry.make();
    return entry.object;
  }
  return nullptr;
}

std::string ShellScriptBlock::text() const {
  std::string_view all = source->parsed.text_of(tree->span);
  // The span of { } has its braces; a whole file has none.
  if (all.size() >= 2 && all.front() == '{' && all.back() == '}') all = all.substr(1, all.size() - 2);
  return std::string(all);
}

Interpreter::Interpreter(const Setup& setup)
    : setup_(setup),
      cmdlets_(setup.cmdlets),
      host_(setup.host),
      services_(setup.services),
      owns_folder_(setup.owns_folder),
      types_(setup.types, this) {
  global_ = Ref<Frame>(new Frame(global_layout_, {}));
  frame_ = global_;
  errors_ = make<ListObject>(types::ArrayList);
  drives_ = std::make_unique<SessionDrives>(*this);
  define_preferences();
  set_alias("md", "mkdir", *global_);
  char folder[PATH_MAX];
  location_ = ::getcwd(folder, sizeof folder) != nullptr ? folder : "/";
}

Interpreter::~Interpreter() = default;

bool Interpreter::out_of_stack() { return hvsh::out_of_stack() || call_depth_ >= kMaxCallDepth; }

JobTable& Interpreter::jobs() {
  if (!jobs_) jobs_ = std::make_unique<JobTable>();
  return *jobs_;
}

History& Interpreter::history() {
  if (!history_) history_ = std::make_unique<History>();
  return *history_;
}

Constraint* Interpreter::new_constraint(Constraint constraint) {
  for (Constraint& known : constraints_) {
    if (known.flags == constraint.flags && known.type == constraint.type &&
        known.validators == constraint.validators) {
      return &known;
    }
  }
  return &constraints_.emplace_back(constraint);
}

Result<std::shared_ptr<Source>> Interpreter::load(std::string_view text, std::string path, bool* incomplete) {
  const auto id = static_cast<uint32_t>(sources_.size() + 1);
  auto source = std::make_shared<Source>();
  source->id = id;
  source->path = std::move(path);
  source->parsed = parse(text, id);
  if (incomplete != nullptr) *incomplete = source->parsed.incomplete;
  sources_.push_back(source);
  (void)source_table_.add(source->path, text);
  if (!source->parsed.ok()) return source->parsed.errors.front();
  for (const UsingStatement* statement : source->parsed.root->usings) {
    const auto* name = try_as<String>(statement->name);
    if (statement->using_kind == UsingKind::namespace_ && name != nullptr) types_.use_namespace(name->value);
  }
  return source;
}

namespace {

std::string from_utf16(std::string_view bytes, bool big_endian) {
  std::u16string units;
  units.reserve(bytes.size() / 2);
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto low = static_cast<unsigned char>(bytes[i + (big_endian ? 1 : 0)]);
    const auto high = static_cast<unsigned char>(bytes[i + (big_endian ? 0 : 1)]);
    units.push_back(static_cast<char16_t>(high << 8 | low));
  }
  return to_utf8(units);
}

}  // namespace

Result<std::shared_ptr<Source>> Interpreter::load_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno_error("open script", path, errno);
  std::string text;
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd);
    return errno_error("run script", path, EISDIR);
  }
  char buffer[65536];
  ssize_t got = 0;
  while ((got = ::read(fd, buffer, sizeof buffer)) > 0 && text.size() <= kMaxScriptBytes) {
    text.append(buffer, static_cast<size_t>(got));
  }
  const int code = errno;
  ::close(fd);
  if (got < 0) return errno_error("read script", path, code);
  if (text.size() > kMaxScriptBytes) {
    return Error{
        .id = "ScriptTooLarge",
        .category = ErrorCategory::LimitsExceeded,
        .message = fmt::format("Cannot run script '{}': it is larger than {} bytes.", path, kMaxScriptBytes),
        .target = path};
  }
  // Windows writes scripts as UTF-16 with a byte order mark.
  if (text.starts_with("\xff\xfe")) {
    text = from_utf16(std::string_view(text).substr(2), false);
  } else if (text.starts_with("\xfe\xff")) {
    text = from_utf16(std::string_view(text).substr(2), true);
  }
  return load(text, path);
}

Result<std::string> Interpreter::resolve_path(std::string_view path) const {
  return drives_->map().resolve(path, location_);
}

Result<void> Interpreter::set_location(const std::string& path) {
  HVSH_TRY(std::string absolute, resolve_path(path));
  if (owns_folder_) {
    if (::chdir(absolute.c_str()) != 0) return errno_error("go to folder", absolute, errno);
  } else {
    struct stat status {};
    if (::stat(absolute.c_str(), &status) != 0) return errno_error("go to folder", absolute, errno);
    if (!S_ISDIR(status.st_mode)) return errno_error("go to folder", absolute, ENOTDIR);
  }
  location_ = std::move(absolute);
  return {};
}

std::string Interpreter::join_text(const Value& value) {
  const bool is_many = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
  if (!is_many) return to_string(value);
  std::string separator = " ";
  if (Slot* slot = find_slot(kSymOfs)) separator = slot->value.is_null() ? "" : to_string(slot->value);
  return text_of_items(to_items(value), separator);
}

}  // namespace hvsh::shell
