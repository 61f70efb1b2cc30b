package io.vmha.group.nemesis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Rounds of faults from a seed, against real processes, while reports flow to any instance; afterwards the hypervisor's log is checked.
 * What is chosen follows from the seed; when it takes effect does not.
 */
final class Nemesis {
    /** What befalls the lab in a round. */
    enum Fault {
        KILL_LEADER,
        KILL_FOLLOWER,
        KILL_ENSEMBLE_MEMBER,
        STOP_LEADER,
        CUT_LEADER_FROM_ENSEMBLE,
        CUT_LEADER_FROM_HYPERVISOR,
        CUT_ENSEMBLE_MEMBER,
        SLOW_DISK,
        FULL_DISK,
        CLOCK_LEAPS,
        HAND_OVER,
        STORM,
        STORM_AS_THE_LEADER_IS_KILLED
    }

    /**
     * What came of it.
     *
     * @param faults how often each fault was made
     * @param accepted how many reports were accepted
     * @param effects how many calls the hypervisor had
     * @param epochs the highest epoch that had an effect
     * @param onTheWire how many calls were on the wire when a later epoch had its first effect
     * @param storms how often a center's storm guard opened
     * @param broken what must not be, in words
     */
    record Result(
            Map<Fault, Integer> faults,
            int accepted,
            int effects,
            long epochs,
            long onTheWire,
            long storms,
            List<String> broken) {}

    private static final int REPORTS_A_ROUND = 6;
    private static final long SLOW_MILLIS = 300;
    private static final int MOST_HOURS = 12;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Lab lab;
    private final SplittableRandom random;
    private final Set<String> failed = new ConcurrentSkipListSet<>();
    /** Who took which VM's report, with what it said. */
    private final Map<String, String> accepted = new ConcurrentSkipListMap<>();

    private final Map<Fault, Integer> faults = new TreeMap<>();
    /** What befell the lab, in order. */
    private final List<String> befell = new ArrayList<>();

    /** Servers that could not write, and may end of that, or of what they find written by half: they are started again. */
    private final Set<String> filled = new HashSet<>();

    private final ExecutorService reporters = Executors.newCachedThreadPool();
    private int reported;

    private Nemesis(Lab lab, long seed) {
        this.lab = lab;
        this.random = new SplittableRandom(seed);
    }

    /** Arguments: how many rounds, and the seed. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("nemesis");
        long began = System.nanoTime();
        Result result = run(folder, Integer.parseInt(args[0]), Long.parseLong(args[1]));
        System.out.println(args[0] + " rounds from seed " + args[1] + " in "
                + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + " s: " + result + "; logs in " + folder);
        System.exit(result.broken().isEmpty() ? 0 : 1);
    }

    static Result run(Path folder, int rounds, long seed) throws Exception {
        try (Lab lab = Lab.withDisks(folder, "64m")) {
            Nemesis nemesis = new Nemesis(lab, seed);
            for (String name : List.of("hv", "zk1", "zk2", "zk3", "ha1", "ha2", "ha3")) {
                lab.start(name);
            }
            try {
                nemesis.awaitLeader();
                for (int round = 0; round < rounds; round++) {
                    nemesis.round();
                }
                return nemesis.result();
            } finally {
                nemesis.reporters.shutdownNow();
            }
        }
    }

    private String awaitLeader() throws InterruptedException {
        List<String> found = new ArrayList<>();
        await("a leader", () -> {
            found.clear();
            ids("ha").filter(name -> lab.ask(name, "role").startsWith("LEADER")).forEach(found::add);
            return !found.isEmpty();
        });
        return found.get(found.size() - 1);
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            startFilled();
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("in vain: " + what + "; the centers say "
                        + ids("ha")
                                .map(name -> name + ": " + lab.ask(name, "role"))
                                .toList());
            }
            Thread.sleep(100);
        }
    }

    private void startFilled() {
        for (String server : filled) {
            try {
                boolean unused = lab.startIfEnded(server);
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    private static Stream<String> ids(String kind) {
        return Stream.iterate(1, i -> i + 1).limit(Lab.SIZE).map(i -> kind + i);
    }

    private String other(String kind, String than) {
        List<String> others = ids(kind).filter(name -> !name.equals(than)).toList();
        return others.get(random.nextInt(others.size()));
    }

    private void round() throws Exception {
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        String leader = awaitLeader();
        faults.merge(fault, 1, Integer::sum);
        report();
        long millis = CenterProcess.LEASE.toMillis() * (1 + random.nextInt(2)) + random.nextInt(500);
        String server = "zk" + (1 + random.nextInt(Lab.SIZE));
        String follower = other("ha", leader);
        befell.add(fault + " (" + leader + ", " + follower + ", " + server + ")");
        switch (fault) {
            case KILL_LEADER -> restart(leader, millis);
            case KILL_FOLLOWER -> restart(follower, millis);
            case KILL_ENSEMBLE_MEMBER -> restart(server, millis);
            case STOP_LEADER -> {
                lab.signal(leader, "STOP");
                meanwhile(CenterProcess.LEASE.toMillis() * 2 + millis);
                lab.signal(leader, "CONT");
            }
            case CUT_LEADER_FROM_ENSEMBLE -> {
                ids("zk").forEach(name -> lab.cut(leader, name));
                meanwhile(CenterProcess.LEASE.toMillis() + millis);
                ids("zk").forEach(name -> lab.heal(leader, name));
            }
            case CUT_LEADER_FROM_HYPERVISOR -> {
                lab.cut(leader, "hv");
                meanwhile(millis);
                lab.heal(leader, "hv");
            }
            case CUT_ENSEMBLE_MEMBER -> {
                ids("zk").filter(name -> !name.equals(server)).forEach(name -> lab.cut(server, name));
                meanwhile(millis);
                ids("zk").filter(name -> !name.equals(server)).forEach(name -> lab.heal(server, name));
            }
            case SLOW_DISK -> {
                slowDown(server);
                meanwhile(millis);
                lab.disk(server).speedUp();
            }
            case FULL_DISK -> {
                lab.disk(server).fill();
                meanwhile(millis);
                lab.disk(server).makeRoom();
                filled.add(server);
            }
            case CLOCK_LEAPS -> {
                int hours = random.nextInt(2 * MOST_HOURS) - MOST_HOURS;
                String unused = lab.ask(random.nextBoolean() ? leader : follower, "clock " + hours);
                meanwhile(millis);
            }
            case HAND_OVER -> {
                String unused = lab.ask(leader, "handover");
                meanwhile(millis);
            }
            case STORM -> {
                report(Platform.STORM);
                meanwhile(millis);
            }
            case STORM_AS_THE_LEADER_IS_KILLED -> {
                report(Platform.STORM);
                restart(leader, millis);
            }
        }
        report();
        int expected = reported;
        await("every report accepted", () -> accepted.size() == expected);
    }

    private void slowDown(String server) throws IOException, InterruptedException {
        startFilled();
        try {
            lab.disk(server).slowDown(lab.pid(server), SLOW_MILLIS);
        } catch (IllegalStateException refused) {
            // One whose disk was full may end at any moment.
            if (lab.isRunning(server)) {
                throw refused;
            }
        }
    }

    private void restart(String name, long millis) throws Exception {
        lab.kill(name);
        meanwhile(millis);
        lab.start(name);
    }

    private void meanwhile(long millis) throws InterruptedException {
        Thread.sleep(millis / 2);
        report();
        Thread.sleep(millis / 2);
    }

    /** Some VMs fail; each of their monitors tells whoever it finds, until one took the report. */
    private void report() {
        report(REPORTS_A_ROUND / 3);
    }

    private void report(int count) {
        for (int i = 0; i < count; i++) {
            String vm = "vm" + reported++;
            int first = random.nextInt(Lab.SIZE);
            failed.add(vm);
            String line = "report " + vm + " " + System.currentTimeMillis();
            reporters.execute(() -> {
                for (int turn = first; !reporters.isShutdown(); turn++) {
                    String instance = "ha" + (1 + turn % Lab.SIZE);
                    String answer = lab.ask(instance, line);
                    if (answer.startsWith("accepted")) {
                        accepted.put(vm, instance + ": " + answer);
                        return;
                    }
                    try {
                        Thread.sleep(100);
                    } catch (InterruptedException ended) {
                        return;
                    }
                }
            });
        }
    }

    private EffectLog log() {
        try {
            return new EffectLog(Files.readAllLines(lab.log()));
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private Result result() throws InterruptedException {
        startFilled();
        for (String name : List.of("ha1", "ha2", "ha3", "zk1", "zk2", "zk3", "hv")) {
            if (!lab.isRunning(name)) {
                throw new IllegalStateException(
                        name + " ended by itself with " + lab.exitValue(name) + " after " + befell);
            }
        }
        List<String> broken = new ArrayList<>();
        try {
            // Plans that are open still come to their end.
            await(
                    "every outcome",
                    () -> log().faults(failed, accepted.keySet(), Platform::mayWrite)
                            .isEmpty());
        } catch (IllegalStateException inVain) {
            broken.add(String.valueOf(inVain.getMessage()));
            broken.addAll(log().faults(failed, accepted.keySet(), Platform::mayWrite));
            broken.add("the reports: " + accepted);
        }
        EffectLog log = log();
        long epochs =
                log.effects().stream().mapToLong(EffectLog.Effect::epoch).max().orElse(0);
        List<String> said = said();
        said.stream().filter(line -> line.startsWith(StormCheck.BROKEN)).forEach(broken::add);
        long storms = said.stream().filter(StormCheck.OPENED::equals).count();
        return new Result(faults, accepted.size(), log.effects().size(), epochs, log.onTheWire(), storms, broken);
    }

    /** What the centers said. */
    private List<String> said() {
        return ids("ha")
                .flatMap(name -> {
                    try {
                        return Files.readAllLines(lab.said(name)).stream();
                    } catch (IOException failed) {
                        throw new IllegalStateException(failed);
                    }
                })
                .toList();
    }
}
