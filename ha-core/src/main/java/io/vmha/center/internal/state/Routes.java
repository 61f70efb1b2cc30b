package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.journal.VmState;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which VM really serves whose requests, and of which VMs that is in doubt. Confined to the center's loop. */
public final class Routes {
    private final CenterState state;
    private final ServingTable servers = new ServingTable();

    Routes(CenterState state) {
        this.state = state;
    }

    /** The VMs whose requests really go to the given one, itself included unless its own go elsewhere. */
    public Set<VmId> ownersServedBy(VmId server) {
        Set<VmId> others = servers.ownersOf(server);
        VmRecord record = state.vm(server).orElse(null);
        boolean servesItself = record != null && record.server == null;
        if (others.isEmpty()) {
            return servesItself ? ImmutableSet.of(server) : ImmutableSet.of();
        }
        ImmutableSet.Builder<VmId> owners = ImmutableSet.builder();
        if (servesItself) {
            owners.add(server);
        }
        return owners.addAll(others).build();
    }

    /** The VMs that one serves besides itself. */
    Set<VmId> othersServedBy(VmId server) {
        return ImmutableSet.copyOf(servers.ownersOf(server));
    }

    /** Requests really go to that VM now. */
    public void routed(VmId owner, VmId server) {
        state.vm(owner).ifPresent(record -> {
            unroute(record);
            if (!owner.equals(server)) {
                route(record, server);
            } else {
                record.flags.remove(VmState.Flag.RETURNING);
            }
            if (record.flags.remove(VmState.Flag.ROUTE_IN_DOUBT)) {
                state.places().place(record, record.mayRunOn);
            }
            state.touch(owner);
        });
    }

    /** What became of a redirect of a VM's requests is not known: the traffic director is to be asked, from now on. */
    public void doubted(VmId owner) {
        state.vm(owner).ifPresent(record -> {
            record.routeInDoubtAt = state.beginReading();
            record.flags.add(VmState.Flag.ROUTE_IN_DOUBT);
            state.places().place(record, record.mayRunOn);
        });
    }

    /** The VMs of which it is in doubt where their requests go. */
    public List<VmId> inDoubt() {
        return state.places().uncertain().stream()
                .filter(id -> state.vm(id)
                        .filter(record -> record.is(VmState.Flag.ROUTE_IN_DOUBT))
                        .isPresent())
                .toList();
    }

    /** The traffic director was asked, by a reading that began then, and said that requests go to that VM; returns whether it counts. */
    public boolean read(VmId owner, VmId server, long reading) {
        Optional<VmRecord> inDoubt = state.vm(owner)
                .filter(record -> record.is(VmState.Flag.ROUTE_IN_DOUBT) && reading > record.routeInDoubtAt);
        inDoubt.ifPresent(record -> routed(owner, server));
        return inDoubt.isPresent();
    }

    /** An owner's requests go to another VM. */
    void route(VmRecord owner, VmId server) {
        owner.server = server;
        servers.set(owner.id(), server);
    }

    /** An owner serves itself. */
    void unroute(VmRecord owner) {
        owner.server = null;
        servers.set(owner.id(), null);
    }

    /** Forgets a VM and who serves it. */
    void forget(VmId owner) {
        servers.set(owner, null);
    }
}
