package io.vmha.libvirt;

/**
 * How much a guest has used its disks and network cards since it was started, by which it is told whether it did anything between two
 * looks. Immutable.
 *
 * <p>What a guest receives is others' doing, so only what it sends counts; and a guest of which nothing runs but its kernel goes on
 * answering who asks for its address, pings it or connects to it. A few packets without a payload are therefore no sign of life: else
 * no guest would ever be found to hang that somebody monitors.
 *
 * @param diskRequests the requests to its disks
 * @param sentPackets the packets that it sent
 * @param sentBytes the bytes of those, their Ethernet headers included
 */
record GuestUse(long diskRequests, long sentPackets, long sentBytes) {
    /** More than an ARP or neighbour advertisement, a TCP segment without data or the answer to a ping of usual size. */
    private static final long BYTES_OF_AN_ANSWER = 100;

    private static final long ANSWERS_PER_SECOND = 10;

    /** Whether it did anything by itself since an earlier look. */
    boolean isMoreThan(GuestUse earlier, long nanosBetween) {
        if (diskRequests != earlier.diskRequests) {
            return true;
        }
        long packets = sentPackets - earlier.sentPackets;
        long bytes = sentBytes - earlier.sentBytes;
        boolean areAnswers = packets >= 0
                && bytes >= 0
                && bytes <= BYTES_OF_AN_ANSWER * packets
                && packets <= ANSWERS_PER_SECOND * Math.max(1, nanosBetween / 1_000_000_000);
        return !areAnswers;
    }
}
