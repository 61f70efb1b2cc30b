package io.vmha.libvirt;

/** What libvirt weighs running domains by. */
enum Weight {
    /** CPU shares, 2 to 262,144. */
    CPU("cpu_shares", 2),
    /** The I/O weight, 10 to 1,000, or to 10,000 where control groups of version 2 weigh. */
    IO("weight", 10);

    private final String parameter;
    private final long least;

    Weight(String parameter, long least) {
        this.parameter = parameter;
        this.least = least;
    }

    /** libvirt's name of it. */
    String parameter() {
        return parameter;
    }

    /** The least that it may be. */
    long least() {
        return least;
    }
}
