package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Words for decisions: each is worked out only when somebody asks. */
final class Explanations {
    private Explanations() {}

    static Explanation redirect(
            Candidate target, ClusterRole role, FailoverContext context, TargetSelection selection) {
        return Explanation.of(
                () -> redirectSentence(target, role, context), () -> targets(Optional.of(target), context, selection));
    }

    static Explanation noTarget(FailoverContext context, TargetSelection selection, boolean standbyWithheld) {
        return Explanation.of(
                () -> String.format(
                        Locale.ROOT,
                        "no healthy %s VM can take the requests of %s%s",
                        context.failed().type(),
                        context.failed().id(),
                        standbyWithheld
                                ? ": the standby cluster is not used while the primary cluster has a healthy VM of any type"
                                : " in either cluster"),
                () -> targets(Optional.empty(), context, selection));
    }

    static Explanation placement(
            VirtualMachine vm, Host host, Supplier<Inventory> now, PolicyRules rules, String verb) {
        return Explanation.of(
                () -> String.format(
                        Locale.ROOT,
                        "%s is %s on %s, the least full %s host with room for it (%.0f%% allocated afterwards)",
                        vm.id(),
                        verb,
                        host.id(),
                        host.role(),
                        100 * HostPlacement.fullnessWith(vm, host, now.get().without(vm.id()))),
                () -> hosts(Optional.of(host), vm, now.get(), rules));
    }

    static Explanation noPlacement(VirtualMachine vm, Supplier<Inventory> now, PolicyRules rules, Reason reason) {
        return Explanation.of(
                () -> {
                    ClusterRole role = now.get().hostOf(vm).role();
                    return reason == Reason.NO_CAPACITY
                            ? "no sound " + role + " host has room for " + vm.id() + " (" + vm.allocation() + ")"
                            : "no " + role + " host may take " + vm.id() + ": " + words(reason);
                },
                () -> hosts(Optional.empty(), vm, now.get(), rules));
    }

    /** A reason as words in a sentence. */
    static String words(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String redirectSentence(Candidate target, ClusterRole role, FailoverContext context) {
        double load = context.loadAfterMove(target);
        String where = role == ClusterRole.PRIMARY
                ? "in the primary cluster"
                : "in the standby cluster, since the primary cluster has none";
        String note = TargetSelection.hasHeadroom(target, context)
                ? ""
                : "; OVERCOMMITTED: no candidate there has the headroom";
        return String.format(
                Locale.ROOT,
                "the requests of %s go to %s on %s, a healthy %s VM %s (load %.2f -> %.2f)%s",
                context.failed().id(),
                target.vm().id(),
                target.host().id(),
                target.vm().type(),
                where,
                target.vm().load(),
                load,
                note);
    }

    private static List<Explanation.Candidate> targets(
            Optional<Candidate> chosen, FailoverContext context, TargetSelection selection) {
        ImmutableList.Builder<Explanation.Candidate> list = ImmutableList.builder();
        chosen.ifPresent(
                target -> list.add(new Explanation.Candidate(target.vm().id().value(), true, "chosen")));
        Inventory inventory = context.inventory();
        inventory.vms().stream()
                .filter(vm -> vm.type().equals(context.failed().type()))
                .filter(vm ->
                        chosen.isEmpty() || !vm.id().equals(chosen.get().vm().id()))
                .sorted(Comparator.comparing(VirtualMachine::id))
                .map(vm -> new Candidate(vm, inventory.hostOf(vm)))
                .map(other -> new Explanation.Candidate(
                        other.vm().id().value(), false, whyNot(other, chosen, context, selection)))
                .forEach(list::add);
        return list.build();
    }

    private static String whyNot(
            Candidate other, Optional<Candidate> chosen, FailoverContext context, TargetSelection selection) {
        VirtualMachine vm = other.vm();
        Host host = other.host();
        if (vm.id().equals(context.failed().id())) {
            return "it is the failed VM";
        }
        if (!vm.isServing()) {
            return "it is " + vm.health() + " and its power is " + vm.power();
        }
        if (!host.isAvailable()) {
            return "its host " + host.id() + (host.inMaintenance() ? " is in maintenance" : " is " + host.health());
        }
        Optional<String> refusal = selection.refusal(other, context);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (chosen.isEmpty()) {
            return "the standby cluster is withheld";
        }
        if (host.role() == chosen.get().host().role()) {
            return selection.whyPassedOver(other, chosen.get(), context);
        }
        return host.role() == ClusterRole.STANDBY
                ? "it is in the standby cluster, and the primary cluster has a healthy one"
                : "it lacks the headroom, and the standby cluster may be used for that";
    }

    private static List<Explanation.Candidate> hosts(
            Optional<Host> chosen, VirtualMachine vm, Inventory inventory, PolicyRules rules) {
        return hosts(chosen, new HostPlacement(rules, vm, inventory.hostOf(vm), inventory, false), inventory);
    }

    /** What became of each host. */
    static List<Explanation.Candidate> hosts(Optional<Host> chosen, HostPlacement placement, Inventory inventory) {
        ImmutableList.Builder<Explanation.Candidate> list = ImmutableList.builder();
        chosen.ifPresent(host -> list.add(new Explanation.Candidate(host.id().value(), true, "chosen")));
        inventory.hosts().stream()
                .filter(host ->
                        chosen.isEmpty() || !host.id().equals(chosen.get().id()))
                .sorted(Comparator.comparing(Host::id))
                .map(host -> new Explanation.Candidate(
                        host.id().value(),
                        false,
                        placement.refusal(host).orElse("fuller afterwards, or later by name")))
                .forEach(list::add);
        return list.build();
    }
}
