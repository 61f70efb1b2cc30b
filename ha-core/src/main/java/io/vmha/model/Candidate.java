package io.vmha.model;

/**
 * A machine that could take requests, and the host that it is on.
 *
 * @param vm the machine: healthy and powered on
 * @param host its host, which is available
 */
public record Candidate(VirtualMachine vm, Host host) implements Comparable<Candidate> {

    /** The least loaded first, then by id. */
    @Override
    public int compareTo(Candidate other) {
        int byLoad = Double.compare(vm.load(), other.vm.load());
        return byLoad == 0 ? vm.id().compareTo(other.vm.id()) : byLoad;
    }
}
