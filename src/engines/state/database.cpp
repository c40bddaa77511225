#include "engines/state/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "engines/files.h"

namespace hvsh::engines {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE operations (
  id      TEXT PRIMARY KEY,
  machine TEXT NOT NULL,
  kind    TEXT NOT NULL,
  connection TEXT NOT NULL,
  step    INTEGER NOT NULL,
  data    TEXT NOT NULL,
  owner   INTEGER NOT NULL,
  started TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX operations_by_machine ON operations (machine);
CREATE TABLE metering (
  machine         TEXT PRIMARY KEY,
  began_ns        INTEGER NOT NULL,
  last_time_ns    INTEGER NOT NULL,
  last_on         INTEGER NOT NULL,
  last_cpu_ns     INTEGER NOT NULL,
  last_run_ns     INTEGER NOT NULL,
  last_memory     INTEGER NOT NULL,
  last_network_in  INTEGER NOT NULL,
  last_network_out INTEGER NOT NULL,
  cpu_ns          REAL NOT NULL,
  on_ns           REAL NOT NULL,
  memory_byte_ns  REAL NOT NULL,
  memory_minimum  INTEGER,
  memory_maximum  INTEGER,
  disk_bytes      INTEGER NOT NULL,
  network_in      REAL NOT NULL,
  network_out     REAL NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = 1;
)sql";

ErrorCategory category_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCategory::ResourceBusy;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH: return ErrorCategory::PermissionDenied;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCategory::InvalidData;
    case SQLITE_FULL:
    case SQLITE_IOERR: return ErrorCategory::WriteError;
    case SQLITE_CANTOPEN: return ErrorCategory::OpenError;
    default: return ErrorCategory::InvalidResult;
  }
}

void bind(sqlite3_stmt* statement, int at, const SqlValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    sqlite3_bind_int64(statement, at, *number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, at, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

SqlValue column(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER: return static_cast<int64_t>(sqlite3_column_int64(statement, at));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, at);
    case SQLITE_NULL: return {};
    default: break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_blob(statement, at));
  return std::string(text == nullptr ? "" : text, static_cast<size_t>(sqlite3_column_bytes(statement, at)));
}

}  // namespace

Error Database::failure(std::string_view what, int code) const {
  std::string hint;
  switch (category_of(code)) {
    case ErrorCategory::PermissionDenied:
    case ErrorCategory::OpenError:
      hint =
          "Users of the system's libvirt share it: be in the group libvirt, or set HVSH_STATE_DIR and "
          "HVSH_RUN_DIR to "
          "folders of your own.";
      break;
    case ErrorCategory::WriteError: hint = "Free some space on its file system and try again."; break;
    case ErrorCategory::InvalidData:
      hint = "Move the file away; running operations and metering figures in it are lost.";
      break;
    default: break;
  }
  return {
      .id = category_of(code) == ErrorCategory::ResourceBusy       ? "ResourceBusy"
            : category_of(code) == ErrorCategory::PermissionDenied ? "AccessDenied"
                                                                   : "OperationFailed",
      .category = category_of(code),
      .message = fmt::format("Cannot {} the state database '{}': {}.", what, path_, sqlite3_errmsg(handle_)),
      .hint = std::move(hint),
      .target = path_};
}

Result<std::shared_ptr<Database>> Database::open(const std::string& path) {
  const std::string folder = folder_of(path);
  HVSH_CHECK(make_shared_folder(folder));
  {  // Its log files get the rights that SQLite finds on the file.
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (file.valid()) share_file(file.get(), path);
  }
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::shared_ptr<Database> database(new Database(handle, path));
  if (opened != SQLITE_OK) return database->failure("open", opened);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 5000);
  HVSH_CHECK(database->prepare_schema());
  return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

Result<void> Database::prepare_schema() {
  HVSH_CHECK(run("PRAGMA journal_mode = WAL"));
  HVSH_CHECK(run("PRAGMA synchronous = FULL"));
  HVSH_TRY(const auto rows, run("PRAGMA user_version"));
  const int64_t version = rows.empty() ? 0 : std::get<int64_t>(rows[0][0]);
  if (version == kSchemaVersion) return {};
  if (version > kSchemaVersion) {
    return Error{.id = "StateTooNew",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("Cannot use the state database '{}': it has version {}, and this "
                                        "program knows versions up to {}.",
                                        path_, version, kSchemaVersion),
                 .hint = "Use the version of hvsh that wrote it, or a later one.",
                 .target = path_};
  }
  // Two first users at once: the second finds the first one's work when its turn comes.
  HVSH_CHECK(run("BEGIN IMMEDIATE"));
  HVSH_TRY(const auto again, run("PRAGMA user_version"));
  if (std::get<int64_t>(again[0][0]) == 0) {
    if (const int code = sqlite3_exec(handle_, kSchema, nullptr, nullptr, nullptr); code != SQLITE_OK) {
      Error error = failure("set up", code);
      sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
      return error;
    }
  }
  HVSH_CHECK(run("COMMIT"));
  return {};
}

Result<std::vector<SqlRow>> Database::run(std::string_view sql, const SqlRow& parameters) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner(statement, sqlite3_finalize);
  if (code != SQLITE_OK) return failure("use", code);
  for (size_t i = 0; i < parameters.size(); ++i) bind(statement, static_cast<int>(i) + 1, parameters[i]);
  std::vector<SqlRow> rows;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    SqlRow row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(column(statement, i));
    rows.push_back(std::move(row));
  }
  if (code != SQLITE_DONE) return failure("write to", code);
  return rows;
}

}  // namespace hvsh::engines
