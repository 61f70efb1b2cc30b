package io.vmha.model;

/**
 * A machine that could take requests, and the host that it is on. The order is the least loaded first, then by id.
 * Immutable.
 */
public final class Candidate implements Comparable<Candidate> {
    private final VirtualMachine vm;
    private final Host host;
    // Kept beside the machine, since an ordered set compares far more often than anything else happens.
    private final double load;
    private final long idPrefix;

    /**
     * Makes a candidate.
     *
     * @param vm the machine
     * @param host the host that it is on
     */
    public Candidate(VirtualMachine vm, Host host) {
        this.vm = vm;
        this.host = host;
        this.load = vm.load();
        this.idPrefix = vm.id().prefix();
    }

    /** The machine. */
    public VirtualMachine vm() {
        return vm;
    }

    /** The host that it is on. */
    public Host host() {
        return host;
    }

    double load() {
        return load;
    }

    long idPrefix() {
        return idPrefix;
    }

    @Override
    public int compareTo(Candidate other) {
        int order = Double.compare(load, other.load);
        if (order == 0) {
            order = Long.compareUnsigned(idPrefix, other.idPrefix);
        }
        return order == 0 ? vm.id().compareTo(other.vm.id()) : order;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Candidate that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return vm.id().hashCode();
    }

    @Override
    public String toString() {
        return vm.id() + " on " + host.id();
    }
}
