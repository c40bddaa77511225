// Streams, readers and writers.
#include "shell/dotnet/streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/encoding.h"
#include "shell/dotnet/file.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kStreamInfo{"System.IO.Stream", "Stream"};
constexpr TypeInfo kMemoryInfo{"System.IO.MemoryStream", "MemoryStream", &kStreamInfo};
constexpr TypeInfo kFileStreamInfo{"System.IO.FileStream", "FileStream", &kStreamInfo};
constexpr TypeInfo kReaderInfo{"System.IO.TextReader", "TextReader"};
constexpr TypeInfo kStreamReaderInfo{"System.IO.StreamReader", "StreamReader", &kReaderInfo};
constexpr TypeInfo kStringReaderInfo{"System.IO.StringReader", "StringReader", &kReaderInfo};
constexpr TypeInfo kWriterInfo{"System.IO.TextWriter", "TextWriter"};
constexpr TypeInfo kStreamWriterInfo{"System.IO.StreamWriter", "StreamWriter", &kWriterInfo};
constexpr TypeInfo kStringWriterInfo{"System.IO.StringWriter", "StringWriter", &kWriterInfo};

// A stream in memory, or a file that is open. Closed: every use is an error.
struct Stream {
  std::optional<OpenFile> file;
  std::string path;
  std::string bytes;    // of a stream in memory
  size_t position = 0;  // there
  bool closed = false;

  Result<std::string> read(size_t most);
  Result<void> write(std::string_view more);
  Result<int64_t> length();
  Result<int64_t> seek(int64_t offset, int origin);
};

Error closed_error() { return thrown("ObjectDisposedException", "Cannot access a closed Stream."); }

Result<std::string> Stream::read(size_t most) {
  if (closed) return closed_error();
  if (!file) {
    std::string part = position < bytes.size() ? bytes.substr(position, most) : std::string();
    position += part.size();
    return part;
  }
  std::string part;
  while (part.size() < most) {
    char buffer[65'536];
    const ssize_t count = ::read(file->fd(), buffer, std::min(most - part.size(), sizeof buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path, errno);
    if (count == 0) break;
    part.append(buffer, static_cast<size_t>(count));
  }
  return part;
}

Result<void> Stream::write(std::string_view more) {
  if (closed) return closed_error();
  if (!file) {
    if (position > bytes.size()) bytes.resize(position);
    bytes.replace(position, std::min(more.size(), bytes.size() - position), more);
    position += more.size();
    return {};
  }
  while (!more.empty()) {
    const ssize_t count = ::write(file->fd(), more.data(), more.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path, errno);
    more.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Result<int64_t> Stream::length() {
  if (closed) return closed_error();
  if (!file) return static_cast<int64_t>(bytes.size());
  const off_t here = ::lseek(file->fd(), 0, SEEK_CUR);
  const off_t end = ::lseek(file->fd(), 0, SEEK_END);
  ::lseek(file->fd(), here, SEEK_SET);
  return static_cast<int64_t>(end);
}

Result<int64_t> Stream::seek(int64_t offset, int origin) {
  if (closed) return closed_error();
  if (file) return static_cast<int64_t>(::lseek(file->fd(), offset, origin));
  const int64_t base = origin == SEEK_SET   ? 0
                       : origin == SEEK_CUR ? static_cast<int64_t>(position)
                                            : static_cast<int64_t>(bytes.size());
  if (base + offset < 0)
    return thrown("System.IO.IOException",
                  "An attempt was made to move the position before the beginning of the stream.");
  position = static_cast<size_t>(base + offset);
  return base + offset;
}

Stream& stream_of(const Call& call) { return state_of<Stream>(call.self); }

Value memory_stream(std::string bytes) {
  Stream stream;
  stream.bytes = std::move(bytes);
  return instance(kMemoryInfo, std::move(stream));
}

Result<Value> close_stream(const Call& call) {
  Stream& stream = stream_of(call);
  stream.closed = true;
  if (stream.file) stream.file->close();
  return Value::nothing();
}

// Read(buffer, offset, count): into a byte[].
Result<Value> read_into(const Call& call) {
  auto* buffer = call.at(0).as<ArrayObject>();
  const int64_t offset = call.integer(1), count = call.integer(2);
  if (buffer == nullptr || offset < 0 || count < 0 ||
      offset + count > static_cast<int64_t>(buffer->items.size())) {
    return thrown("ArgumentException", "Offset and length were out of bounds for the array.");
  }
  HVSH_TRY(const std::string part, stream_of(call).read(static_cast<size_t>(count)));
  for (size_t i = 0; i < part.size(); ++i) {
    buffer->items[static_cast<size_t>(offset) + i] =
        Value::integer(static_cast<uint8_t>(part[i]), IntType::u8);
  }
  return number(static_cast<int64_t>(part.size()));
}

Result<Value> write_from(const Call& call) {
  HVSH_TRY(const std::string bytes, bytes_of(call.at(0)));
  const int64_t offset = call.count() == 3 ? call.integer(1) : 0;
  const int64_t count = call.count() == 3 ? call.integer(2) : static_cast<int64_t>(bytes.size());
  if (offset < 0 || count < 0 || offset + count > static_cast<int64_t>(bytes.size())) {
    return thrown("ArgumentException", "Offset and length were out of bounds for the array.");
  }
  HVSH_CHECK(stream_of(call).write(
      std::string_view(bytes).substr(static_cast<size_t>(offset), static_cast<size_t>(count))));
  return Value::nothing();
}

constexpr Member kStream[] = {
    {"long Length",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const int64_t length, stream_of(c).length());
       return long_number(length);
     }},
    {"long Position",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const int64_t position, stream_of(c).seek(0, SEEK_CUR));
       return long_number(position);
     },
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value wanted, to_integer(c.at(0), IntType::i64));
       HVSH_TRY(const int64_t moved, stream_of(c).seek(wanted.as_int(), SEEK_SET));
       return long_number(moved);
     }},
    {"bool CanRead", [](const Call& c) -> Result<Value> { return truth(!stream_of(c).closed); }},
    {"bool CanWrite", [](const Call& c) -> Result<Value> { return truth(!stream_of(c).closed); }},
    {"bool CanSeek", [](const Call& c) -> Result<Value> { return truth(!stream_of(c).closed); }},
    {"int ReadByte()",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string part, stream_of(c).read(1));
       return number(part.empty() ? -1 : static_cast<uint8_t>(part[0]));
     }},
    {"int Read(object buffer, int offset, int count)", read_into},
    {"void Write(byte[] buffer)", write_from},
    {"void Write(byte[] buffer, int offset, int count)", write_from},
    {"void WriteByte(byte value)",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(stream_of(c).write(std::string(1, static_cast<char>(c.integer(0)))));
       return Value::nothing();
     }},
    {"long Seek(long offset, SeekOrigin origin)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const int64_t moved, stream_of(c).seek(c.integer(0), c.at(1).enum_number()));
       return long_number(moved);
     }},
    {"void CopyTo(Stream destination)",
     [](const Call& c) -> Result<Value> {
       auto* target = state_cast<Stream>(c.at(0));
       if (target == nullptr)
         return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'destination')");
       HVSH_TRY(const std::string rest, stream_of(c).read(SIZE_MAX));
       HVSH_CHECK(target->write(rest));
       return Value::nothing();
     }},
    {"void Flush()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"void Close()", close_stream},
    {"void Dispose()", close_stream},
};

constexpr Member kMemory[] = {
    {"new()", [](const Call&) -> Result<Value> { return memory_stream(""); }},
    {"new(int capacity)", [](const Call&) -> Result<Value> { return memory_stream(""); }},
    {"new(byte[] buffer)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string bytes, bytes_of(c.at(0)));
       return memory_stream(std::move(bytes));
     }},
    {"byte[] ToArray()", [](const Call& c) -> Result<Value> { return byte_array(stream_of(c).bytes); }},
    {"byte[] GetBuffer()", [](const Call& c) -> Result<Value> { return byte_array(stream_of(c).bytes); }},
};

Result<Value> open_stream(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  const Value access = call.count() > 2 ? call.at(2) : Value::null();
  const int fd = ::open(path.c_str(), open_flags(call.at(1), access) | O_CLOEXEC, 0666);
  if (fd < 0) return io_error(path, errno);
  return file_stream(fd, path);
}

constexpr Member kFileStream[] = {
    {"new(string path, FileMode mode)", open_stream},
    {"new(string path, FileMode mode, FileAccess access)", open_stream},
    {"new(string path, FileMode mode, FileAccess access, FileShare share)", open_stream},
    {"string Name", [](const Call& c) -> Result<Value> { return text(stream_of(c).path); }},
};

// --------------------------------------------------------------------------------------------- readers

// All text at once: a reader of a stream takes its rest when it is first asked.
struct TextSource {
  Value stream;
  TextEncoding encoding;
  std::string text;
  size_t position = 0;
  bool loaded = false, closed = false;

  Result<void> load() {
    if (closed) return thrown("ObjectDisposedException", "Cannot read from a closed TextReader.");
    if (loaded) return {};
    loaded = true;
    HVSH_TRY(const std::string bytes, state_of<Stream>(stream).read(SIZE_MAX));
    text = decode_file(bytes, encoding);
    return {};
  }
  std::string_view rest() const { return std::string_view(text).substr(position); }
};
TextSource& source_of(const Call& call) { return state_of<TextSource>(call.self); }

Result<Value> reader_of_file(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error(path, errno);
  HVSH_TRY(Value stream, file_stream(fd, path));
  const TextEncoding encoding = call.count() > 1 ? encoding_of(call.at(1)) : TextEncoding{};
  return instance(kStreamReaderInfo, TextSource{.stream = std::move(stream), .encoding = encoding});
}

Result<Value> reader_of_stream(const Call& call) {
  const TextEncoding encoding = call.count() > 1 ? encoding_of(call.at(1)) : TextEncoding{};
  return instance(kStreamReaderInfo, TextSource{.stream = call.at(0), .encoding = encoding});
}

Result<Value> read_line(const Call& call) {
  TextSource& source = source_of(call);
  HVSH_CHECK(source.load());
  const std::string_view rest = source.rest();
  if (rest.empty()) return Value::null();
  const size_t end = rest.find_first_of("\r\n");
  if (end == std::string_view::npos) {
    source.position = source.text.size();
    return text(std::string(rest));
  }
  source.position += end + (rest.substr(end, 2) == "\r\n" ? 2 : 1);
  return text(std::string(rest.substr(0, end)));
}

Result<Value> read_rest(const Call& call) {
  TextSource& source = source_of(call);
  HVSH_CHECK(source.load());
  std::string rest(source.rest());
  source.position = source.text.size();
  return text(std::move(rest));
}

Result<Value> read_character(const Call& call, bool take) {
  TextSource& source = source_of(call);
  HVSH_CHECK(source.load());
  if (source.position >= source.text.size()) return number(-1);
  size_t at = source.position;
  const char32_t c = next_code_point(source.text, at);
  if (take) source.position = at;
  return number(static_cast<int64_t>(c));
}

Result<Value> close_reader(const Call& call) {
  TextSource& source = source_of(call);
  source.closed = true;
  if (auto* stream = state_cast<Stream>(source.stream)) {
    stream->closed = true;
    if (stream->file) stream->file->close();
  }
  return Value::nothing();
}

constexpr Member kReader[] = {
    {"string ReadLine()", read_line},
    {"string ReadToEnd()", read_rest},
    {"int Read()", [](const Call& c) { return read_character(c, true); }},
    {"int Peek()", [](const Call& c) { return read_character(c, false); }},
    {"void Close()", close_reader},
    {"void Dispose()", close_reader},
};
constexpr Member kStreamReader[] = {
    {"new(Stream stream)", reader_of_stream},
    {"new(Stream stream, Encoding encoding)", reader_of_stream},
    {"new(string path)", reader_of_file},
    {"new(string path, Encoding encoding)", reader_of_file},
    {"bool EndOfStream",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(source_of(c).load());
       return truth(source_of(c).rest().empty());
     }},
    {"Stream BaseStream", [](const Call& c) -> Result<Value> { return source_of(c).stream; }},
};
constexpr Member kStringReader[] = {
    {"new(string s)", [](const Call& c) { return string_reader(c.text(0)); }},
};

// --------------------------------------------------------------------------------------------- writers

struct TextTarget {
  Value stream;  // null: a text in memory
  TextEncoding encoding;
  std::string text, new_line = "\n";
  bool auto_flush = false, closed = false, marked = false;

  Result<void> write(std::string_view more) {
    if (closed) return thrown("ObjectDisposedException", "Cannot write to a closed TextWriter.");
    text += more;
    constexpr size_t kMostWaiting = 1 << 16;
    return auto_flush || text.size() > kMostWaiting ? flush() : Result<void>();
  }
  Result<void> flush() {
    auto* target = state_cast<Stream>(stream);
    if (target == nullptr || text.empty()) return {};
    std::string bytes = encode(text, encoding.charset);
    if (!marked && target->length() && *target->length() == 0) bytes.insert(0, byte_order_mark(encoding));
    marked = true;
    text.clear();
    return target->write(bytes);
  }
  ~TextTarget() { (void)flush(); }
  TextTarget() = default;
  TextTarget(TextTarget&&) = default;
  TextTarget& operator=(TextTarget&&) = default;
};
TextTarget& target_of(const Call& call) { return state_of<TextTarget>(call.self); }

Value writer_on(Value stream, TextEncoding encoding) {
  TextTarget target;
  target.stream = std::move(stream);
  target.encoding = encoding;
  return instance(kStreamWriterInfo, std::move(target));
}

Result<Value> writer_of_file(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  const bool append = call.count() > 1 && call.flag(1);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
  if (fd < 0) return io_error(path, errno);
  HVSH_TRY(Value stream, file_stream(fd, path));
  return writer_on(std::move(stream), call.count() > 2 ? encoding_of(call.at(2)) : TextEncoding{});
}

Result<Value> write_out(const Call& call, bool line) {
  TextTarget& target = target_of(call);
  std::string content;
  if (call.count() == 2) {
    HVSH_TRY(content, format_composite(call.text(0), to_items(call.at(1))));
  } else if (call.count() == 1) {
    content = call.text(0);
  }
  HVSH_CHECK(target.write(content + (line ? target.new_line : "")));
  return Value::nothing();
}

Result<Value> close_writer(const Call& call) {
  TextTarget& target = target_of(call);
  HVSH_CHECK(target.flush());
  target.closed = true;
  if (auto* stream = state_cast<Stream>(target.stream)) {
    stream->closed = true;
    if (stream->file) stream->file->close();
  }
  return Value::nothing();
}

constexpr Member kWriter[] = {
    {"void Write(object value)", [](const Call& c) { return write_out(c, false); }},
    {"void Write(string format, params object[] arg)", [](const Call& c) { return write_out(c, false); }},
    {"void WriteLine()", [](const Call& c) { return write_out(c, true); }},
    {"void WriteLine(object value)", [](const Call& c) { return write_out(c, true); }},
    {"void WriteLine(string format, params object[] arg)", [](const Call& c) { return write_out(c, true); }},
    {"void Flush()",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(target_of(c).flush());
       return Value::nothing();
     }},
    {"string NewLine", [](const Call& c) -> Result<Value> { return text(target_of(c).new_line); },
     [](const Call& c) -> Result<Value> {
       target_of(c).new_line = to_string(c.at(0));
       return Value::nothing();
     }},
    {"void Close()", close_writer},
    {"void Dispose()", close_writer},
};
constexpr Member kStreamWriter[] = {
    {"new(Stream stream)", [](const Call& c) -> Result<Value> { return writer_on(c.at(0), {}); }},
    {"new(Stream stream, Encoding encoding)",
     [](const Call& c) -> Result<Value> { return writer_on(c.at(0), encoding_of(c.at(1))); }},
    {"new(string path)", writer_of_file},
    {"new(string path, bool append)", writer_of_file},
    {"new(string path, bool append, Encoding encoding)", writer_of_file},
    {"bool AutoFlush", [](const Call& c) -> Result<Value> { return truth(target_of(c).auto_flush); },
     [](const Call& c) -> Result<Value> {
       target_of(c).auto_flush = to_bool(c.at(0));
       HVSH_CHECK(target_of(c).flush());
       return Value::nothing();
     }},
    {"Stream BaseStream", [](const Call& c) -> Result<Value> { return target_of(c).stream; }},
};
constexpr Member kStringWriter[] = {
    {"new()", [](const Call&) -> Result<Value> { return instance(kStringWriterInfo, TextTarget{}); }},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(target_of(c).text); }},
};

constexpr Type kTypes[] = {
    {.info = &kStreamInfo, .members = kStream, .interfaces = "System.IDisposable"},
    {.info = &kMemoryInfo, .members = kMemory},
    {.info = &kFileStreamInfo, .members = kFileStream},
    {.info = &kReaderInfo, .members = kReader, .interfaces = "System.IDisposable"},
    {.info = &kStreamReaderInfo, .members = kStreamReader},
    {.info = &kStringReaderInfo, .members = kStringReader},
    {.info = &kWriterInfo, .members = kWriter, .interfaces = "System.IDisposable"},
    {.info = &kStreamWriterInfo, .members = kStreamWriter},
    {.info = &kStringWriterInfo, .members = kStringWriter},
};

}  // namespace

int open_flags(const Value& mode, const Value& access) {
  enum { kCreateNew = 1, kCreate, kOpen, kOpenOrCreate, kTruncate, kAppend };
  int flags = O_RDWR;
  if (access.kind() == Value::Kind::enumeration && access.enum_number() == 1) flags = O_RDONLY;
  if (access.kind() == Value::Kind::enumeration && access.enum_number() == 2) flags = O_WRONLY;
  switch (mode.enum_number()) {
    case kCreateNew: return flags | O_CREAT | O_EXCL;
    case kCreate: return flags | O_CREAT | O_TRUNC;
    case kOpenOrCreate: return flags | O_CREAT;
    case kTruncate: return flags | O_TRUNC;
    case kAppend: return O_WRONLY | O_CREAT | O_APPEND;
    default: return flags;
  }
}

Result<Value> file_stream(int fd, const std::string& path) {
  Stream stream;
  stream.file.emplace(fd);
  stream.path = path;
  return instance(kFileStreamInfo, std::move(stream));
}

Result<Value> text_reader(int fd, const std::string& path) {
  HVSH_TRY(Value stream, file_stream(fd, path));
  return instance(kStreamReaderInfo, TextSource{.stream = std::move(stream)});
}

Result<Value> text_writer(int fd, const std::string& path) {
  HVSH_TRY(Value stream, file_stream(fd, path));
  return writer_on(std::move(stream), {});
}

Result<Value> string_reader(std::string text) {
  return instance(kStringReaderInfo, TextSource{.text = std::move(text), .loaded = true});
}

std::optional<Result<std::string>> rest_of_stream(const Value& stream) {
  if (auto* source = state_cast<Stream>(stream)) return source->read(SIZE_MAX);
  return std::nullopt;
}

std::span<const Type> stream_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
