#pragma once
// The history database: SQLite in WAL mode with synchronous=FULL, opened on first need. What is committed is
// durable. The schema has a version (PRAGMA user_version); an older one is brought up, a later one is
// refused.
//
// Statements are short and few; other processes' writers are waited for at most 5 s. Not thread-safe, and not
// to be carried over a fork.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"

struct sqlite3;

namespace hvsh::engines {

using SqlValue = std::variant<std::monostate, int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

class Database {
 public:
  static constexpr int kSchemaVersion = 1;

  // Makes the folder and the file if they are not there.
  static Result<std::shared_ptr<Database>> open(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // One statement with its parameters; the rows that it gives. A change is committed when it returns.
  Result<std::vector<SqlRow>> run(std::string_view sql, const SqlRow& parameters = {});

 private:
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Result<void> prepare_schema();
  Error failure(std::string_view what, int code) const;

  sqlite3* handle_;
  std::string path_;
};

}  // namespace hvsh::engines
