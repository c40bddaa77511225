#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "engines/machine/record.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace hvsh::engines {
namespace {

constexpr const char* kVm = "11111111-2222-3333-4444-555555555555";
constexpr const char* kA = "aaaaaaaa-0000-0000-0000-000000000001";
constexpr const char* kB = "bbbbbbbb-0000-0000-0000-000000000002";

MachineRecord sample() {
  MachineRecord record;
  record.id = kVm;
  record.name = "web01 \xC3\xA9";
  record.disks = {{"sda", "/vms/web01/a_2.qcow2", false}, {"sdb", "/elsewhere/b.vhdx", true}};
  record.checkpoints = {{.id = kA,
                         .name = "clean",
                         .parent_id = "",
                         .created = "2026-01-02T03:04:05Z",
                         .state = "Running",
                         .config = "<domain/>",
                         .memory_file = "/vms/web01/m.mem",
                         .disks = {{"sda", "/vms/web01/a.vhdx", false}},
                         .notes = "first"},
                        {.id = kB,
                         .name = "later",
                         .parent_id = kA,
                         .created = "2026-01-02T03:05:05Z",
                         .state = "Off",
                         .disks = {{"sda", "/vms/web01/a_1.qcow2", false}}}};
  record.images = {{"/vms/web01/a_1.qcow2", "/vms/web01/a.vhdx", "sda"},
                   {"/vms/web01/a_2.qcow2", "/vms/web01/a_1.qcow2", "sda"}};
  record.current_checkpoint = kB;
  return record;
}

std::string error_of(const std::string& text) {
  auto result = parse_record(text, "/vms/web01", "record.json");
  REQUIRE_FALSE(result.ok());
  return result.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

std::string with(const std::string& members) {
  return std::string(R"({"version":1,"id":")") + kVm + R"(","name":"x",)" + members + "}";
}

TEST_CASE("a record survives the way through its file, and its folder can be moved") {
  char pattern[] = "/tmp/record_test.XXXXXX";
  const std::string folder = ::mkdtemp(pattern);
  MachineRecord record = sample();
  record.disks[0].image = folder + "/a_2.qcow2";
  REQUIRE(save_record(record, folder + "/record.json").ok());
  auto loaded = load_record(folder + "/record.json");
  REQUIRE(loaded.ok());
  CHECK(*loaded == record);

  const std::string moved = folder + "-moved";
  std::filesystem::rename(folder, moved);
  loaded = load_record(moved + "/record.json");
  REQUIRE(loaded.ok());
  CHECK(loaded->disks[0].image == moved + "/a_2.qcow2");
  CHECK(loaded->disks[1].image == "/elsewhere/b.vhdx");
  // The mode of an existing file is kept, and no temporary file stays behind.
  REQUIRE(::chmod((moved + "/record.json").c_str(), 0600) == 0);
  REQUIRE(save_record(*loaded, moved + "/record.json").ok());
  struct stat info {};
  REQUIRE(::stat((moved + "/record.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(moved), {}) == 1);
  std::filesystem::remove_all(moved);
}

TEST_CASE("unknown members are kept at every level") {
  const std::string text =
      with(R"("future":{"x":[1,2]},"disks":[{"target":"sda","image":"a.vhdx","cache":"none"}],)"
           R"("checkpoints":[{"id":"aaaaaaaa-0000-0000-0000-000000000001","name":"c","colour":"red"}])");
  auto record = parse_record(text, "/v", "r");
  REQUIRE(record.ok());
  CHECK(record->disks[0].image == "/v/a.vhdx");
  auto again = record_text(*record, "/v");
  REQUIRE(again.ok());
  CHECK(contains(*again, R"("future")"));
  CHECK(contains(*again, R"("cache": "none")"));
  CHECK(contains(*again, R"("colour": "red")"));
  CHECK(contains(*again, R"("image": "a.vhdx")"));
  CHECK(*parse_record(*again, "/v", "r") == *record);
}

TEST_CASE("what is not a record is refused with the reason") {
  CHECK(contains(error_of(""), "not valid"));
  CHECK(contains(error_of("[]"), "not a JSON object"));
  CHECK(contains(error_of("{}"), "version"));
  CHECK(contains(error_of(R"({"version":1})"), "GUID"));
  CHECK(contains(error_of(R"({"version":2})"), "version 2"));
  CHECK(contains(error_of(R"({"version":99999999999999999999})"), "version"));
  CHECK(contains(error_of(std::string(100000, '[')), "nested"));
  CHECK(contains(error_of(with(R"("name":7)")), "'name' is not a string"));
  CHECK(contains(error_of(with(R"("disks":7)")), "'disks' is not a list"));
  CHECK(contains(error_of(with(R"("disks":[7])")), "not an object"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"../x","image":"/a"}])")), "target"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"sda"}])")), "absolute path"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"sda","image":"/a\nb"}])")), "absolute path"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"sda","image":"/a\u0000b"}])")), "NUL"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"sda","image":"/a"},{"target":"sda","image":"/b"}])")),
                 "twice"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"sda","image":"/a","readOnly":1}])")), "readOnly"));
  CHECK(contains(error_of(with(R"("disks":[{"target":"sda","image":")" + std::string(5000, 'a') + R"("}])")),
                 "longer than"));
  std::string many = R"("disks":[)";
  for (int i = 0; i < 600; ++i) many += R"({"target":"d)" + std::to_string(i) + R"(","image":"/a"},)";
  many.back() = ']';
  CHECK(contains(error_of(with(many)), "more than"));
}

TEST_CASE("a checkpoint tree has known parents, unique ids and no cycle") {
  const std::string a = R"({"id":"aaaaaaaa-0000-0000-0000-000000000001","parent":")";
  const std::string b = R"({"id":"bbbbbbbb-0000-0000-0000-000000000002","parent":")";
  CHECK(contains(error_of(with(R"("checkpoints":[)" + a + std::string(kB) + "\"}]")), "not in it"));
  CHECK(contains(error_of(with(R"("checkpoints":[)" + a + "\"}," + a + "\"}]")), "twice"));
  CHECK(contains(error_of(with(R"("checkpoints":[)" + a + kB + "\"}," + b + kA + "\"}]")), "cycle"));
  CHECK(contains(error_of(with(R"("currentCheckpoint":"nobody")")), "not in it"));
  CHECK(parse_record(with(R"("checkpoints":[)" + b + kA + "\"}," + a + "\"}]"), "/v", "r").ok());
}

TEST_CASE("text that is not UTF-8 is an error of saving, not a crash") {
  MachineRecord record = sample();
  record.name = "\xff\xfe";
  CHECK_FALSE(record_text(record, "/v").ok());
}

TEST_CASE("a file that cannot be read names the file") {
  auto missing = load_record("/nonexistent/record.json");
  REQUIRE_FALSE(missing.ok());
  CHECK(contains(missing.error().message, "/nonexistent/record.json"));
  CHECK_FALSE(load_record("/tmp").ok());
  CHECK_FALSE(save_record(sample(), "/nonexistent/record.json").ok());
}

TEST_CASE("images are unique, over something, and in no cycle") {
  const auto images = [](const std::string& list) { return error_of(with("\"images\":" + list)); };
  const std::string a = R"({"path":"/v/a","parent":"/v/b","target":"sda"})";
  CHECK(contains(images("[" + a + "," + a + "]"), "twice"));
  CHECK(contains(images("[" + a + R"(,{"path":"/v/b","parent":"/v/a","target":"sda"}])"), "cycle"));
  CHECK(contains(images(R"([{"path":"/v/a","target":"sda"}])"), "not absolute"));
  CHECK(contains(images(R"([{"path":"/v/a","parent":"/v/b","target":""}])"), "target"));
  CHECK(contains(images("[7]"), "not an object"));
}

TEST_CASE("in 'Virtual Machines' paths stand relative to the folder above") {
  CHECK(machine_folder_of("/vms/web01/r.json") == "/vms/web01");
  CHECK(machine_folder_of("/vms/web01/Virtual Machines/r.json") == "/vms/web01");
  auto text = record_text(sample(), machine_folder_of("/vms/web01/Virtual Machines/r.json"));
  REQUIRE(text.ok());
  CHECK(contains(*text, "\"image\": \"a_2.qcow2\""));
  CHECK(contains(*text, "\"memoryFile\": \"m.mem\""));
}

}  // namespace
}  // namespace hvsh::engines
