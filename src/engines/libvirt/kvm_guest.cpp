#include "engines/libvirt/kvm_guest.h"

#include <cstring>

#if defined(__x86_64__)
// Assembled with the program and never run by it. The code knows where it will be: QEMU puts the ROM below
// 4 GiB (and a copy below 1 MiB), so the byte at offset x is at 0xffff0000 + x, and the processor begins 16
// bytes before the end.
//
// RAM: page tables at 0x1000 (PML4), 0x2000 (PDPT), 0x3000 (first GiB), 0x4000 (fourth GiB); IDT at 0x5000;
// data at 0x8000; stack below 0x9000.
asm(R"(
    .pushsection .rodata, "a", @progbits
    .balign 16
hvsh_probe_begin:
    .code16
hvsh_probe_real:
    cli
    cld
    lgdtl %cs:(hvsh_probe_gdtr - hvsh_probe_begin)
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $0x08, $(0xffff0000 + hvsh_probe_protected - hvsh_probe_begin)

    .code32
hvsh_probe_protected:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x9000, %esp
    movl $0x1000, %edi
    xorl %eax, %eax
    movl $0x2000, %ecx
    rep stosl
    movl $0x2003, 0x1000
    movl $0x3003, 0x2000
    movl $0x4003, 0x2018
    movl $0x83, 0x3000
    movl $0xffe00083, 0x4ff8
    movl $0x1000, %eax
    movl %eax, %cr3
    movl %cr4, %eax
    orl $0x620, %eax
    movl %eax, %cr4
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl %cr0, %eax
    andl $0x9ffffffb, %eax
    orl $0x80000022, %eax
    movl %eax, %cr0
    ljmp $0x18, $(0xffff0000 + hvsh_probe_long - hvsh_probe_begin)

    .code64
hvsh_probe_long:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $0x9000, %esp

    /* an invalid opcode must come back through the IDT with a mark in r15 */
    movl $0xffff0000 + hvsh_probe_handler - hvsh_probe_begin, %eax
    movw %ax, 0x5060
    movw $0x18, 0x5062
    movw $0x8e00, 0x5064
    shrl $16, %eax
    movw %ax, 0x5066
    movl $0, 0x5068
    movw $0x0fff, 0x7000
    movq $0x5000, %rax
    movq %rax, 0x7002
    lidt 0x7000
    xorl %r15d, %r15d
    ud2
    cmpl $0x600d, %r15d
    jne hvsh_probe_failed

    /* SSE2 and SSE moves, arithmetic and compare */
    movq $0x0123456789abcdef, %rax
    movq %rax, %xmm0
    punpcklqdq %xmm0, %xmm0
    movdqa %xmm0, 0x8000
    paddq 0x8000, %xmm0
    movdqu %xmm0, 0x8018
    movq 0x8020, %rbx
    leaq (%rax, %rax), %rcx
    cmpq %rcx, %rbx
    jne hvsh_probe_failed

    /* LOCK CMPXCHG16B, once matching and once not */
    movq %rax, %rbx
    xorl %ecx, %ecx
    notq %rcx
    movq 0x8000, %rax
    movq 0x8008, %rdx
    lock cmpxchg16b 0x8000
    jnz hvsh_probe_failed
    cmpq $-1, 0x8008
    jne hvsh_probe_failed
    xorl %eax, %eax
    lock cmpxchg16b 0x8000
    jz hvsh_probe_failed
    cmpq %rbx, %rax
    jne hvsh_probe_failed

    /* time: ten million times two instructions */
    movl $10000000, %ecx
1:  decl %ecx
    jnz 1b

    movb $0x2a, %al
    jmp hvsh_probe_exit
hvsh_probe_failed:
    movb $0x01, %al
hvsh_probe_exit:
    movw $0xf4, %dx
    outb %al, %dx
2:  hlt
    jmp 2b
hvsh_probe_handler:
    movl $0x600d, %r15d
    addq $2, (%rsp)
    iretq

    .balign 8
hvsh_probe_gdt:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
    .quad 0x00af9b000000ffff
hvsh_probe_gdtr:
    .word 31
    .long 0xffff0000 + hvsh_probe_gdt - hvsh_probe_begin
hvsh_probe_end:
    .code64
    .popsection
)");

extern "C" {
extern const char hvsh_probe_begin[] __attribute__((visibility("hidden")));
extern const char hvsh_probe_end[] __attribute__((visibility("hidden")));
}
#endif

namespace hvsh::engines::libvirt {

std::string probe_rom() {
#if defined(__x86_64__)
  constexpr size_t kRomBytes = 64 << 10;
  constexpr size_t kResetAt = kRomBytes - 16;
  const size_t size = static_cast<size_t>(hvsh_probe_end - hvsh_probe_begin);
  std::string rom(kRomBytes, '\0');
  std::memcpy(rom.data(), hvsh_probe_begin, size);
  // jmp to offset 0: 16-bit, relative to the instruction's end.
  const auto distance = static_cast<uint16_t>(0 - (kResetAt + 3));
  rom[kResetAt] = '\xe9';
  rom[kResetAt + 1] = static_cast<char>(distance & 0xff);
  rom[kResetAt + 2] = static_cast<char>(distance >> 8);
  return rom;
#else
  return {};
#endif
}

}  // namespace hvsh::engines::libvirt
