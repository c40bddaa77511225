#pragma once
// Constants and limits of the VHDX format (MS-VHDX), shared by its readers and writers.
#include <cstdint>
#include <string_view>

#include "engines/vhdx/bytes.h"
#include "engines/vhdx/guid.h"

namespace hvsh::vhdx {

inline constexpr std::string_view kFileSignature = "vhdxfile";
inline constexpr std::string_view kHeaderSignature = "head";
inline constexpr std::string_view kRegionSignature = "regi";
inline constexpr std::string_view kMetadataSignature = "metadata";

inline constexpr uint64_t kHeaderOffsets[2] = {64 * kKiB, 128 * kKiB};
inline constexpr uint64_t kHeaderSize = 4 * kKiB;
inline constexpr uint64_t kRegionTableOffsets[2] = {192 * kKiB, 256 * kKiB};
inline constexpr uint64_t kRegionTableSize = 64 * kKiB;
inline constexpr uint64_t kHeaderArea = kMiB;  // nothing else may stand in the first MiB
inline constexpr uint64_t kMetadataTableSize = 64 * kKiB;

inline constexpr uint64_t kLargestDisk = 64 * kTiB;
inline constexpr uint32_t kSmallestBlock = kMiB;
inline constexpr uint32_t kLargestBlock = 256 * kMiB;

// No rule of the format bounds these; they keep a hostile file from making us allocate or search for ever.
inline constexpr uint64_t kLargestFile = 80 * kTiB;
inline constexpr uint64_t kLargestLog = kGiB;
inline constexpr uint64_t kLargestBat = 513 * kMiB;
inline constexpr uint64_t kLargestMetadata = 128 * kMiB;
inline constexpr uint32_t kLargestMetadataItem = kMiB;
inline constexpr uint32_t kMostEntries = 2047;  // of a region or metadata table

inline constexpr Guid kBatRegion = guid_constant("2DC27766-F623-4200-9D64-115E9BFD4A08");
inline constexpr Guid kMetadataRegion = guid_constant("8B7CA206-4790-4B9A-B8FE-575F050F886E");

inline constexpr Guid kFileParametersItem = guid_constant("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
inline constexpr Guid kDiskSizeItem = guid_constant("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
inline constexpr Guid kPage83Item = guid_constant("BECA12AB-B2E6-4523-93EF-C309E000C746");
inline constexpr Guid kLogicalSectorItem = guid_constant("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
inline constexpr Guid kPhysicalSectorItem = guid_constant("CDA348C7-445D-4471-9CC9-E9885251C556");
inline constexpr Guid kParentLocatorItem = guid_constant("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");
inline constexpr Guid kGeometryItem = guid_constant("DA02D7BC-3D3A-423C-AC88-2A36AB21479B");
inline constexpr Guid kIncompleteItem = guid_constant("71CC85F0-1B69-4E28-9558-C3BF83AE75D3");
inline constexpr Guid kPmemLabelItem = guid_constant("10E1AE8A-4B7E-4169-A40F-CD70DE928393");

inline constexpr Guid kVhdxParentLocator = guid_constant("B04AEFB7-D19E-4A81-B789-25B8E9445913");

inline bool has_signature(Bytes bytes, std::string_view signature) {
  return bytes.size() >= signature.size() &&
         std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

inline void put_signature(uint8_t* to, std::string_view signature) {
  std::memcpy(to, signature.data(), signature.size());
}

}  // namespace hvsh::vhdx
