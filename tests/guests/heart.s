/* heart.s - a guest in one boot sector, whose doings a test can prove from outside.

   It needs 2 MiB of memory, a BIOS, and one disk that it boots from. Each beat it
     1. fills memory pages with values made of beat and address, after checking that they still hold the last beat's,
     2. prints the beat to the serial port as eight hexadecimal digits,
     3. writes one sector of a ring on its disk, and prints + when that write has come back (! and the BIOS's
        status in two digits when it failed): what is acknowledged on the serial line must be on the disk,
     4. prints ? if a page of step 1 was wrong, ends the line, and sleeps.

   Each boot has a number, printed first as a line of # and eight digits; it is kept in the sector before the ring,
   so that sectors of two boots can be told apart although each boot counts from one.

   A written sector holds 32 times the same 16 bytes: mark, boot, beat, own sector number. A torn write shows two
   kinds of records, a misplaced one a foreign sector number, a lost one an old beat.

   Knobs, little-endian words from offset 0x1f0, which mkheart and tests set:
     ticks   timer ticks of 55 ms to sleep per beat; 0 = flat out
     ring    sectors in the ring; 0 = never touch the disk, print no +
     pages   pages of 4 KiB to fill from 1 MiB up (2 MiB of memory have room for 128)
     stride  distance of the ring's sectors, so that a ring can span blocks of an image
     serial  0 = print nothing

   Source of the interfaces: BIOS interrupt 13h extensions 42h/43h (EDD), BIOS data area 46ch (tick count),
   16550 UART at 3f8h. */

    .code16
    .globl start

    .set mark, 0x54414548           /* "HEAT" as bytes: H E A T */
    .set buffer, 0x8000
    .set boot_sector_number, 63
    .set ring_start, 64
    .set memory_start, 0x100000
    .set tick_count, 0x46c

start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
    movb %dl, drive
    inb $0x92, %al                  /* A20, else odd mebibytes are even ones */
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92
    sti
    cld

/* ---- the boot's number: one more than the disk says, if it says one */
    cmpw $0, ring
    je 1f
    movb $0x42, %ah
    call disk
    cmpl $mark, buffer
    jne 1f
    movl buffer + 4, %eax
    movl %eax, boot
1:  incl boot
    movb $'#', %al
    call print_char
    movl boot, %ebx
    movb $8, %cl
    call print_hex
    call print_line_end
    cmpw $0, ring
    je beats
    call write_sector

beats:
    incl beat

/* ---- memory, in 16-bit code with a 4 GiB segment in fs; a BIOS call may take that away, so on each beat anew */
    cli
    lgdt gdt_register
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $8, %bx
    movw %bx, %fs
    andb $0xfe, %al
    movl %eax, %cr0
    sti
    movzwl pages, %ecx
    movl $memory_start, %esi
    movb $0, damaged
    jecxz 4f
1:  movl beat, %eax
    movl %eax, %ebx
    decl %ebx
    jz 2f                           /* the first beat finds what the machine left there */
    xorl %esi, %ebx
    cmpl %ebx, %fs:(%esi)
    je 2f
    incb damaged
2:  xorl %esi, %eax
    movl %eax, %fs:(%esi)
    addl $4096, %esi
    decl %ecx
    jnz 1b

/* ---- disk */
4:  movl beat, %ebx
    movb $8, %cl
    call print_hex
    movzwl ring, %ecx
    jecxz 5f
    movl beat, %eax
    xorl %edx, %edx
    divl %ecx                       /* edx = place in the ring */
    movzwl stride, %eax
    mull %edx
    addl $ring_start, %eax
    movl %eax, packet_sector
    call write_sector
    movb $'+', %al
    jnc 1f
    movb $'!', %al
1:  pushfw
    call print_char
    popfw
    jnc 5f
    movl %ebp, %ebx                 /* the BIOS's status, kept by `disk` in the highest byte */
    movb $2, %cl
    call print_hex
5:  cmpb $0, damaged
    je 6f
    movb $'?', %al
    call print_char
6:  call print_line_end

/* ---- sleep */
    movw ticks, %cx
    testw %cx, %cx
    jz beats
7:  movw tick_count, %ax
8:  hlt
    cmpw tick_count, %ax
    je 8b
    loop 7b
    jmp beats

/* Writes one sector of records about this beat to packet_sector; carry = failed, status as `disk` leaves it. */
write_sector:
    movw $buffer, %di
    movw $32, %cx
1:  movl $mark, %eax
    stosl
    movl boot, %eax
    stosl
    movl beat, %eax
    stosl
    movl packet_sector, %eax
    stosl
    loop 1b
    movb $0x43, %ah
/* ah = 42h read, 43h write: one sector. Carry = failed; the highest byte of ebp = status. */
disk:
    movb $0, %al
    movb drive, %dl
    movw $packet, %si
    int $0x13
    movb %ah, %al
    movzbl %al, %ebp
    rorl $8, %ebp
    cmpb $1, %al                    /* carry if al < 1, that is on success */
    cmc
    ret

/* The cl highest digits of ebx. */
print_hex:
    roll $4, %ebx
    movb %bl, %al
    andb $15, %al
    cmpb $10, %al
    sbbb $0x69, %al                 /* three instructions make a digit: 0-9, A-F */
    das
    call print_char
    decb %cl
    jnz print_hex
    ret

print_line_end:
    movb $13, %al
    call print_char
    movb $10, %al
/* al, when the UART has room; a machine without one reads as ready. Keeps all but ax and dx. */
print_char:
    cmpb $0, serial
    je 2f
    pushw %ax
    movw $0x3fd, %dx
1:  inb %dx, %al
    testb $0x20, %al
    jz 1b
    popw %ax
    movw $0x3f8, %dx
    outb %al, %dx
2:  ret

    .balign 4
boot:   .long 0
beat:   .long 0
packet: .byte 16, 0
        .word 1                     /* sectors */
        .word buffer, 0
packet_sector:
        .long boot_sector_number, 0
gdt_register:
        .word gdt_end - gdt - 1
        .long gdt
gdt:    .quad 0
        .quad 0x00cf92000000ffff    /* data, base 0, limit 4 GiB */
gdt_end:
drive:  .byte 0
damaged:
        .byte 0

    .org 0x1f0
ticks:  .word 2
ring:   .word 64
pages:  .word 16
stride: .word 1
serial: .word 1
    .org 0x1fe
    .word 0xaa55
