package io.vmha.lab;

import io.vmha.model.HostId;
import java.util.Map;

/** Draws which guest is where and serves for whom, for Graphviz. */
final class Topology {
    private Topology() {}

    static String dot(CenterClient.State state) {
        StringBuilder dot = new StringBuilder("""
                digraph lab {
                  rankdir=LR; fontname="sans-serif"; bgcolor="transparent";
                  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];
                """);
        for (HostId host : LabSite.HOSTS) {
            String role = host.equals(HostId.of("h3")) ? "standby" : "primary";
            dot.append("  subgraph cluster_%s { label=\"%s (%s)\"; color=\"#888888\";%n".formatted(host, host, role));
            state.vms().forEach((name, vm) -> {
                if (vm.host().equals(host.value())) {
                    dot.append("    %s [fillcolor=\"%s\"];%n".formatted(name, vm.isServing() ? "#cfe8cf" : "#f3c6c6"));
                }
            });
            dot.append("  }\n");
        }
        for (Map.Entry<String, CenterClient.Vm> vm : state.vms().entrySet()) {
            if (!vm.getValue().server().equals(vm.getKey())) {
                dot.append("  %s -> %s;%n".formatted(vm.getKey(), vm.getValue().server()));
            }
        }
        return dot.append("}\n").toString();
    }
}
