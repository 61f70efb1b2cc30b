package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who serves whose requests while the parts of a decision move them: a part moves all that its VM serves, and nothing else
 * (invariant 9 of the reference design). Confined to the thread that made it.
 */
final class CheckedShares {
    private final Inventory inventory;
    private final CheckedNeeds needs;
    private final Map<VmId, VmId> movedTo = new HashMap<>(4);

    CheckedShares(Inventory inventory, CheckedNeeds needs) {
        this.inventory = inventory;
        this.needs = needs;
    }

    /** Moves the owners' requests; what is wrong with that. */
    List<String> move(VmId from, List<VmId> owners, VmId to) {
        List<String> problems = new ArrayList<>(0);
        VirtualMachine vm = inventory.requireVm(from);
        if (owners.isEmpty()) {
            VmId server = serverOf(vm);
            return server.equals(to)
                    ? leftBehind(from, problems)
                    : ImmutableList.of("it moves nothing, but its requests are served by " + server + ", not by " + to);
        }
        for (VmId owner : owners) {
            Optional<VirtualMachine> known = owner.equals(from) ? Optional.of(vm) : inventory.vm(owner);
            if (known.isEmpty()) {
                problems.add("owner " + owner + " is not in the inventory");
                continue;
            }
            VmId server = serverOf(known.get());
            if (!server.equals(from) && !(owner.equals(from) && !serves(server))) {
                problems.add("the requests of owner " + owner + " are served by " + server + ", not by " + from);
            }
            movedTo.put(owner, to);
        }
        if (serverOf(vm).equals(from)) {
            problems.add("its own requests are left behind");
        }
        return leftBehind(from, problems);
    }

    private List<String> leftBehind(VmId from, List<String> problems) {
        for (VmId owner : inventory.servedFor(from)) {
            if (serverOf(inventory.requireVm(owner)).equals(from)) {
                problems.add("the requests of " + owner + ", which it serves, are left behind");
            }
        }
        return problems;
    }

    /** Gives a VM its own requests back; what is wrong with that. */
    Optional<String> home(VirtualMachine vm, VmId server) {
        VmId serving = serverOf(vm);
        movedTo.put(vm.id(), vm.id());
        return serving.equals(server)
                ? Optional.empty()
                : Optional.of("its requests are served by " + serving + ", not by " + server);
    }

    private VmId serverOf(VirtualMachine owner) {
        VmId moved = movedTo.get(owner.id());
        return moved != null ? moved : owner.servedBy().orElse(owner.id());
    }

    /** A host in maintenance still serves what it serves; a database beside the one that writes does not. */
    private boolean serves(VmId server) {
        return !needs.isFailing(server)
                && inventory
                        .vm(server)
                        .filter(vm ->
                                vm.isServing() && inventory.hostOf(vm).health().runsVms())
                        .filter(vm -> !DatabaseTargets.isBesideWriter(vm, inventory))
                        .isPresent();
    }
}
