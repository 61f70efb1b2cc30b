package io.vmha.policy;

import io.vmha.model.Candidate;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.VirtualMachine;
import java.util.Optional;
import java.util.function.Supplier;

/** What a rule sees besides the candidate. Immutable and thread-safe. */
public final class FailoverContext {
    private final Supplier<Inventory> inventory;
    private final VirtualMachine failed;
    private final Host failedHost;
    private final Optional<RackId> failedRack;
    private final FailoverConfig config;

    FailoverContext(Supplier<Inventory> inventory, VirtualMachine failed, Host failedHost, FailoverConfig config) {
        this.inventory = inventory;
        this.failed = failed;
        this.failedHost = failedHost;
        this.failedRack = failedHost.rack();
        this.config = config;
    }

    /**
     * What there is, with the fault shown in it and what was decided before in the same batch. It is put together when it is
     * asked for: a rule that only needs the candidate and its host is faster without.
     */
    public Inventory inventory() {
        return inventory.get();
    }

    /** The machine whose requests are to move, as it was before the fault. */
    public VirtualMachine failed() {
        return failed;
    }

    /** The host that it is on, as it was before the fault. */
    public Host failedHost() {
        return failedHost;
    }

    /** Whether the candidate is in the rack of that host, as far as is known. */
    boolean isInFailedRack(Candidate candidate) {
        return failedRack.isPresent() && candidate.host().rack().equals(failedRack);
    }

    /** The operator's choices. */
    public FailoverConfig config() {
        return config;
    }

    /** The load that the candidate would have with the failed machine's load added, as a fraction of its allocation. */
    public double loadAfterMove(Candidate candidate) {
        return DecisionEffects.loadAfter(candidate.vm(), failed);
    }
}
