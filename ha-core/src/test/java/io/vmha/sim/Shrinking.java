package io.vmha.sim;

import io.vmha.model.Host;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Leaves out of a failing course what it does not need to fail, and writes it as a scenario file. Stateless. */
final class Shrinking {
    private Shrinking() {}

    static String describe(long seed, Violation broken) {
        SimulatedCourse shrunk = shrink(SimulatedCourse.of(seed), Mutation.NONE);
        return broken.getMessage() + "\nshrunk to this scenario:\n" + toScenario(shrunk);
    }

    /** Drops one fault after the other for as long as the course still breaks the same invariant. */
    static SimulatedCourse shrink(SimulatedCourse failing, Mutation mutation) {
        Optional<Integer> broken = violation(failing, mutation).map(Violation::invariant);
        SimulatedCourse smallest = failing;
        int i = 0;
        while (i < smallest.faults().size()) {
            List<SimulatedFault> fewer = new ArrayList<>(smallest.faults());
            fewer.remove(i);
            SimulatedCourse candidate = smallest.with(fewer);
            if (violation(candidate, mutation).map(Violation::invariant).equals(broken)) {
                smallest = candidate;
                i = 0;
            } else {
                i++;
            }
        }
        return smallest;
    }

    static Optional<Violation> violation(SimulatedCourse course, Mutation mutation) {
        try {
            Simulation.run(course, mutation);
            return Optional.empty();
        } catch (Violation found) {
            return Optional.of(found);
        }
    }

    /** The course as a scenario file; what a scenario cannot say stands in it as a comment. */
    static String toScenario(SimulatedCourse course) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("name: simulation seed ").append(course.seed()).append('\n');
        yaml.append("seed: ").append(course.seed()).append('\n');
        yaml.append("# ").append(course.config()).append('\n');
        yaml.append("# share of calls that fail: ").append(course.errorRate()).append('\n');
        yaml.append("hosts:\n");
        course.inventory().hosts().stream()
                .sorted(Comparator.comparing(Host::id))
                .forEach(host -> yaml.append(String.format(
                        Locale.ROOT,
                        "- {id: %s, role: %s, cpuMillis: %d, memoryMiB: %d, rack: %s, cpuPlatform: \"%s\"}%n",
                        host.id(),
                        host.role(),
                        host.capacity().cpuMillis(),
                        host.capacity().memoryMiB(),
                        host.rack().orElseThrow(),
                        host.cpuPlatform().orElseThrow())));
        yaml.append("vms:\n");
        course.inventory().vms().stream()
                .sorted(Comparator.comparing(VirtualMachine::id))
                .forEach(vm -> yaml.append(String.format(
                        Locale.ROOT,
                        "- {id: %s, type: %s, host: %s, cpuMillis: %d, memoryMiB: %d, load: %s, priority: %d%s}%n",
                        vm.id(),
                        vm.type(),
                        vm.host(),
                        vm.allocation().cpuMillis(),
                        vm.allocation().memoryMiB(),
                        vm.load(),
                        vm.priority(),
                        vm.template().map(template -> ", template: " + template).orElse(""))));
        yaml.append("events:\n");
        course.faults().forEach(fault -> yaml.append(event(fault)).append('\n'));
        return yaml.toString();
    }

    private static String event(SimulatedFault fault) {
        String at = String.format(Locale.ROOT, "- {at: %.3f, ", fault.at().toMillis() / 1e3);
        return switch (fault.kind()) {
            case VM_FAILS -> at + "vmFault: {vm: " + fault.vm() + ", kind: " + SimulatedFault.VM_FAULT + "}}";
            case VM_ISOLATES_ITSELF -> at + "vmFault: {vm: " + fault.vm() + ", kind: POWERED_OFF}}";
            case HOST_FAILS -> at + "hostDown: {host: " + fault.host() + "}}";
            case HOST_PARTITIONED -> at + "hostUnreachable: {host: " + fault.host() + "}}";
            case HOST_BACK -> at + "hostUp: {host: " + fault.host() + "}}";
            case VM_REPAIRED -> at + "vmRepaired: {vm: " + fault.vm() + "}}";
            case MAINTENANCE ->
                at + "maintenance: {host: " + fault.host() + ", on: " + (fault.number() % 2 == 0) + "}}";
            case CENTER_CRASHES ->
                at + "centerCrash: {}}\n"
                        + String.format(
                                Locale.ROOT,
                                "- {at: %.3f, centerRestart: {}}",
                                (fault.at().toMillis() + 100L * fault.number()) / 1e3);
            case RACK_FAILS,
                    REPORT_REPEATED,
                    LOAD,
                    CENTER_TAKES_OVER,
                    LEADERSHIP_LOST,
                    JOURNAL_FAILS,
                    CLOCK_JUMPS,
                    APPROVAL -> "# " + fault;
        };
    }
}
