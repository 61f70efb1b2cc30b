package io.vmha.group.nemesis;

import java.util.ArrayList;
import java.util.List;

/**
 * Three instances on three ZooKeeper servers, until it is interrupted: it tells what each is at whenever that changes, and its process id,
 * so that it can be killed or stopped by hand. What was killed is started again. As root on Linux, with iproute2.
 */
final class ThreeInstances {
    private static final List<String> ALL = List.of("hv", "zk1", "zk2", "zk3", "ha1", "ha2", "ha3");

    private ThreeInstances() {}

    public static void main(String[] args) throws Exception {
        try (Lab lab = Lab.temporary("64m")) {
            for (String name : ALL) {
                lab.start(name);
            }
            System.out.println("three servers, three instances and a hypervisor; until they end, what they say is in "
                    + lab.folder());
            List<String> told = List.of();
            while (!lab.isClosed()) {
                List<String> now = new ArrayList<>();
                for (String name : ALL) {
                    if (lab.startIfEnded(name)) {
                        System.out.println(name + " ended; it is started again");
                    }
                    String state = name.startsWith("ha") ? lab.ask(name, "role") : "running";
                    now.add(name + " (process " + lab.pid(name) + ", " + lab.address(name) + "): " + state);
                }
                if (!now.equals(told) && !lab.isClosed()) {
                    System.out.println(String.join("\n", now) + "\n");
                    told = now;
                }
                Thread.sleep(500);
            }
        }
    }
}
