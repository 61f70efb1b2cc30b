package io.vmha.quickstart;

import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.TopologyRules;
import io.vmha.model.VirtualMachine;
import io.vmha.plan.Plan;
import io.vmha.policy.Explanation;
import io.vmha.policy.SubjectDecision;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Tells what happens, for a person to read. Called on the center's loop only. */
final class Narrator implements HaListener {
    private final PrintWriter out;

    Narrator(PrintWriter out) {
        this.out = out;
    }

    void showTopology(Inventory inventory, List<TopologyRules.Violation> broken) {
        out.println("The datacenter");
        showHosts(inventory);
        if (broken.isEmpty()) {
            out.println("  It keeps all rules of the reference topology.");
        }
        broken.forEach(violation -> out.println("  Rule " + violation.rule() + " is broken: " + violation.message()));
        out.flush();
    }

    void showEnd(Inventory inventory) {
        out.println();
        out.println("At the end");
        showHosts(inventory);
        out.flush();
    }

    private void showHosts(Inventory inventory) {
        inventory.hosts().stream().sorted(Comparator.comparing(Host::id)).forEach(host -> {
            out.printf("  %s (%s, %s)%n", host.id(), host.role(), host.health());
            inventory.vmsOn(host.id()).forEach(this::showVm);
        });
    }

    private void showVm(VirtualMachine vm) {
        out.printf(
                "    %-6s %-10s %-3s %-7s load %.2f%s%n",
                vm.id(),
                vm.type(),
                vm.power(),
                vm.health(),
                vm.load(),
                vm.servedBy().map(server -> "  requests served by " + server).orElse(""));
    }

    @Override
    public void onEvent(HaEvent event) {
        if (event instanceof HaEvent.ReportAccepted accepted) {
            showReport(accepted.at(), accepted.report());
        } else if (event instanceof HaEvent.Decided decided) {
            decided.decision().parts().forEach(this::showDecision);
            showPlan(decided.plan());
        } else if (event instanceof HaEvent.ActionEnded ended) {
            showAction(ended.action());
        }
        out.flush();
    }

    private void showReport(Instant at, FaultReport report) {
        long seconds = Duration.between(Instant.EPOCH, at).toSeconds();
        String when = seconds < Duration.ofDays(1).toSeconds() ? seconds + " s" : at.toString();
        out.printf("%n%s  %s reports %s of %s%n", when, report.source(), report.kind(), report.subject());
    }

    private void showDecision(SubjectDecision decision) {
        out.printf(
                "  decided  %s: %s, %s%n           %s%n",
                decision.subject(), decision.outcome(), decision.reason(), decision.explain());
        for (Explanation.Candidate candidate : decision.explain().candidates()) {
            if (!candidate.chosen()) {
                out.printf("             not %s: %s%n", candidate.candidate(), candidate.why());
            }
        }
    }

    private void showPlan(Plan plan) {
        if (plan.isEmpty()) {
            out.println("  nothing to do");
            return;
        }
        plan.toText().lines().forEach(line -> out.println("  " + line));
    }

    private void showAction(ActionRecord record) {
        out.printf(
                "  %-8s %s%s%n",
                record.result().name().toLowerCase(Locale.ROOT),
                record.action(),
                record.detail().isEmpty() ? "" : ": " + record.detail());
    }
}
