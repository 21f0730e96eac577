#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Prints the mean of plane 0 of each frame of a stream, without libtriptych and with Perl's core
# functions only, as docs/layout.md describes it.
#   samples/read.pl sample
use strict;
use warnings;

use constant { HEADER => 320, ENTRY => 256, VERSION => 4, NO_SLOT => 0x7f };
use constant { NO_WRITER => 1, GATE => 3, GATES => 64, IPC_NOWAIT => 04000 };

my $name = shift // 'sample';
$| = 1;
$SIG{ALRM} = sub { };    # ends a wait: System V has none with a time limit in Perl

sub key {                # FNV-1a of 32 bits, folded to 24
    my $hash = 2166136261;
    $hash = ($hash ^ $_) * 16777619 % 2**32 for unpack 'C*', shift;
    return 0x74000000 | ($hash >> 24 ^ $hash & 0xffffff);
}

sub bytes {              # of the segment: a copy; Perl checks the range against the segment's size
    my ($shm, $at, $count) = @_;
    my $copy;
    return $copy if shmread($shm, $copy, $at, $count);
    die "$name: the segment ends before byte $at + $count\n" if $!{EFAULT};
    no warnings 'exiting';
    next STREAM;         # removed: look the name up again
}

sub latest {             # number and slot of the newest frame, from its head word
    my $head = unpack 'Q', bytes(shift, 64, 8);
    return ($head >> 8, $head & 0x7f);
}

sub frame_text {         # one frame, read between two checks of its stamp; undef: overwritten meanwhile
    my ($shm, $header, $number, $slot) = @_;
    my $at = $header->{entries_at} + $slot * $header->{entry_bytes};
    my $entry = bytes($shm, $at, ENTRY);
    return if unpack('Q', $entry) >> 1 != $number;
    my ($fourcc, $width, $height) = unpack 'x88 A4 L L', $entry;
    my ($offset, undef, $stride, $rows) = unpack 'x152 Q Q L L', $entry;
    my ($sum, $pixels) = (0, 0);
    for my $row (0 .. $rows - 1) {
        my $line = bytes($shm, $header->{slots_at} + $slot * $header->{slot_bytes} + $offset +
            $row * $stride, $width);
        $sum += unpack '%32C*', $line;
        $pixels += $width;
    }
    return if unpack('Q', bytes($shm, $at, 8)) >> 1 != $number;
    return sprintf 'frame %d: %dx%d %s, mean %.1f', $number, $width, $height, $fourcc,
        $pixels ? $sum / $pixels : 0;
}

my $last = 0;
STREAM: while (1) {
    my $shm = shmget(key($name), 0, 0);
    my $sem = semget(key($name), 0, 0);
    if (!defined $shm) {
        last if $last && (!defined $sem || !semop($sem, pack 's!3', NO_WRITER, 0, IPC_NOWAIT));
        select undef, undef, undef, 0.02;    # no stream yet, or it moves to a larger segment
        next;
    }

    my $bytes = bytes($shm, 0, HEADER);
    my %header;
    @header{qw(magic version entry_bytes entries_at slots_at slot_bytes)} =
        unpack 'A4 L x4 L Q Q Q', $bytes;
    next if $header{magic} ne 'TRIP';        # its writer creates it right now
    die "$name: layout version $header{version}, this program reads " . VERSION . "\n"
        if $header{version} != VERSION;
    die "$name: another stream has the same key\n" if unpack('x128 Z32', $bytes) ne $name;

    my $state;
    while (($state = unpack 'x72 L', bytes($shm, 0, 76)) == 0) {
        my ($number, $slot) = latest($shm);
        if ($number > $last && $slot != NO_SLOT) {
            my $text = frame_text($shm, \%header, $number, $slot);
            next unless defined $text;       # there is a newer frame
            print "$text\n";
            $last = $number;
            next;
        }
        alarm 1;                             # gates repeat: bound the wait
        my $woken = semop($sem, pack 's!3', GATE + ($number + 1) % GATES, 0, 0);
        my $removed = !$woken && !$!{EINTR};
        alarm 0;
        next STREAM if $removed;
        my ($now) = latest($shm);
        last STREAM if $woken && $now == $number &&
            !semop($sem, pack 's!3', NO_WRITER, 0, IPC_NOWAIT);
    }
    last if $state & 2;                      # ended; otherwise a larger segment has the key now
}
print "$name has no writer\n";
