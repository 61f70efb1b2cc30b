package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.SubjectDecision;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is left of a decision once the parts are gone that are not wanted, since what they are for is under way, or nobody wants it. The
 * others were decided in sight of them: requests that such a part would have moved are moved with the VM that serves them, and what rested
 * on its effect is decided again once that is there. Pure functions.
 */
final class PartialDecision {
    private PartialDecision() {}

    /** Returns the parts so that they hold without those that are gone. */
    static List<SubjectDecision> of(Inventory inventory, List<SubjectDecision> parts) {
        Set<VmId> moved = new HashSet<>();
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                moved.addAll(redirect.owners());
            }
        }
        ImmutableList.Builder<SubjectDecision> left = ImmutableList.builder();
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                redirect(inventory, redirect, moved).ifPresent(left::add);
            } else {
                left.add(part);
            }
        }
        return left.build();
    }

    private static Optional<SubjectDecision> redirect(
            Inventory inventory, SubjectDecision.Redirect redirect, Set<VmId> moved) {
        Optional<VirtualMachine> vm = inventory.vm(redirect.vm());
        if (vm.isEmpty()) {
            return Optional.of(redirect);
        }
        VmId server = vm.get().servedBy().orElse(redirect.vm());
        boolean isServedThere = moved.contains(redirect.vm()) || server.equals(redirect.target());
        if (redirect.owners().isEmpty() && !isServedThere) {
            return Optional.empty();
        }
        List<VmId> leftBehind = inventory.servedFor(redirect.vm()).stream()
                .filter(owner -> !moved.contains(owner))
                .toList();
        if (leftBehind.isEmpty()) {
            return Optional.of(redirect);
        }
        if (redirect.owners().isEmpty() && !Needs.takesRequests(redirect.target(), inventory)) {
            // It serves already, but was not chosen to take more: its host may be one that is to be emptied.
            return Optional.empty();
        }
        moved.addAll(leftBehind);
        return Optional.of(new SubjectDecision.Redirect(
                redirect.vm(),
                redirect.trigger(),
                ImmutableList.<VmId>builder()
                        .addAll(redirect.owners())
                        .addAll(leftBehind)
                        .build(),
                redirect.target(),
                redirect.targetRole(),
                redirect.overcommitted(),
                redirect.explain()));
    }
}
