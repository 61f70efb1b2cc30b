package io.vmha.group.nemesis;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many sites do on three instances, each a process, and three ZooKeeper servers: how they are spread, failovers a second over all of
 * them, the heap, and the takeover of an instance's sites when it is killed. As root on Linux, like the nemesis. Arguments: how many
 * sites, VMs of each, and, if it is not to be 6, the lease in seconds.
 *
 * <p>Confined to the main thread; what the instances say is read by threads of their own.
 */
final class ManySites implements AutoCloseable {
    private static final List<String> NAMES = List.of("ha1", "ha2", "ha3");
    private static final String KILLED = "ha2";
    /** As centers have it by default. */
    private static final int DEFAULT_LEASE_SECONDS = 6;

    private static final int ROUNDS = 5;
    private static final int FAILOVERS_A_ROUND = 2_000;
    private static final int BASE_HEAP_MIB = 256;
    private static final int HEAP_BYTES_A_VM = 1_024;
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    private static final long LOOK_MILLIS = 5;
    private static final double MIB = 1 << 20;
    private static final Pattern FAILED_OVER = Pattern.compile("(\\d+) (\\d+) (.*)");
    private static final Pattern ZXID = Pattern.compile("Zxid: 0x([0-9a-f]+)");

    /** What is measured. */
    private record Size(int sites, int vms, int leaseSeconds) {
        private Size {
            checkArgument(sites >= 3 && sites <= 500, "sites must be 3 to 500: %s", sites);
            int least = Math.max(400, (ROUNDS + 1) * failoversOfASite(sites));
            checkArgument(
                    vms >= least && vms <= 50_000,
                    "VMs must be %s to 50000 with %s sites, so that each fails once at most: %s",
                    least,
                    sites,
                    vms);
            checkArgument(leaseSeconds >= 2 && leaseSeconds <= 60, "lease must be 2 to 60 seconds: %s", leaseSeconds);
        }

        private static int failoversOfASite(int sites) {
            return FAILOVERS_A_ROUND / sites;
        }

        private int failoversOfASite() {
            return failoversOfASite(sites);
        }

        private int failoversOfAll() {
            return failoversOfASite() * sites;
        }
    }

    private final Size size;
    private final Lab lab;
    private final Map<String, SitesInstance> instances = new TreeMap<>();
    private final List<String> table = new ArrayList<>();
    private int nextVm;

    private ManySites(Size size, Lab lab) {
        this.size = size;
        this.lab = lab;
    }

    public static void main(String[] args) throws Exception {
        checkArgument(
                args.length == 2 || args.length == 3,
                "arguments must be sites, VMs of each and, if it is not to be 6, the lease in seconds: %s",
                List.of(args));
        Size size = new Size(
                number("sites", args[0]),
                number("VMs", args[1]),
                args.length == 3 ? number("lease", args[2]) : DEFAULT_LEASE_SECONDS);
        try (Lab lab = Lab.temporary("700m");
                ManySites measured = new ManySites(size, lab)) {
            for (int i = 1; i <= Lab.SIZE; i++) {
                lab.start("zk" + i);
            }
            measured.measure();
        }
        System.exit(0);
    }

    private static int number(String name, String text) {
        Integer number = Ints.tryParse(text);
        checkArgument(number != null, "%s must be a whole number: %s", name, text);
        return number;
    }

    private void measure() throws Exception {
        print(
                "a lease of %d s: a leader that dies is followed after 1.2 of it, by its last renewal",
                size.leaseSeconds());
        spread();
        heap("heap after a full collection");
        idle();
        throughput();
        heap("heap after a full collection, after the rounds");
        takeover();
        comeBack();
        note("failovers after all that", "%d of %d", failovers(size.failoversOfASite()), size.failoversOfAll());
        System.out.println();
        table.forEach(System.out::println);
    }

    private void start(String name) throws IOException {
        long heapMiB = BASE_HEAP_MIB + (long) (HEAP_BYTES_A_VM / MIB * size.vms() * size.sites());
        List<String> command = Lab.command(List.of(
                "-Xmx" + heapMiB + "m",
                "-XX:+ExitOnOutOfMemoryError",
                SitesProcess.class.getName(),
                name,
                lab.ensemble(),
                Integer.toString(size.sites()),
                Integer.toString(size.vms()),
                Integer.toString(size.leaseSeconds())));
        instances.put(name, SitesInstance.start(name, command, lab.folder().resolve(name + ".out")));
    }

    private void spread() throws Exception {
        long began = System.nanoTime();
        for (String name : NAMES) {
            start(name);
        }
        awaitLed("started: ", began, allSites());
        awaitEvenly("started: ", began);
    }

    private Set<String> allSites() {
        return IntStream.range(0, size.sites()).mapToObj(i -> "site-" + i).collect(Collectors.toUnmodifiableSet());
    }

    /** Waits until each of them was led, and then until all sites are led at once: meanwhile some may be on their way already. */
    private void awaitLed(String what, long began, Set<String> sites) throws InterruptedException {
        Map<String, Double> led = new HashMap<>();
        long cpuBefore = instancesCpuNanos();
        await("every site was led", () -> {
            double now = seconds(began);
            allLed().stream().filter(sites::contains).forEach(site -> led.putIfAbsent(site, now));
            return led.size() == sites.size();
        });
        List<Double> times = led.values().stream().sorted().toList();
        note(
                what + "a site led, least, median, most",
                "%.1f s, %.1f s, %.1f s",
                times.get(0),
                times.get(times.size() / 2),
                times.get(times.size() - 1));
        await("every site is led", this::isEverySiteLed);
        note(
                what + "all led at once",
                "%.1f s, %.1f s of CPU, spread %s",
                seconds(began),
                (instancesCpuNanos() - cpuBefore) / 1e9,
                spreadNow());
    }

    private void awaitEvenly(String what, long began) throws InterruptedException {
        await("the spread is even", this::isSpreadEvenly);
        note(what + "spread evenly", "%.1f s, spread %s", seconds(began), spreadNow());
    }

    private void heap(String what) throws InterruptedException {
        for (SitesInstance instance : instances.values()) {
            instance.tell("heap");
            double used = Long.parseLong(instance.answer()) / MIB;
            int led = instance.led().size();
            note(what + ": " + instance.name(), "%.0f MiB, %d sites, %.1f MiB a site", used, led, used / led);
        }
        await("the spread is even", this::isSpreadEvenly);
    }

    private void idle() throws Exception {
        long began = System.nanoTime();
        long instancesBefore = instancesCpuNanos();
        long serversBefore = lab.cpuNanos();
        long transactionsBefore = transactions();
        Thread.sleep(IDLE.toMillis());
        double took = System.nanoTime() - began;
        note(
                "nothing to do: CPU of a core, transactions a second",
                "instances %.2f, servers %.2f, %.0f a second",
                (instancesCpuNanos() - instancesBefore) / took,
                (lab.cpuNanos() - serversBefore) / took,
                (transactions() - transactionsBefore) / took * 1e9);
    }

    private void throughput() throws InterruptedException {
        List<Double> rates = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            long began = System.nanoTime();
            long instancesBefore = instancesCpuNanos();
            long serversBefore = lab.cpuNanos();
            int failovers = failovers(size.failoversOfASite());
            double took = seconds(began);
            rates.add(failovers / took);
            print(
                    "round %d: %d failovers of %d reports in %.2f s, %.0f a second, %.0f microseconds of CPU each, and %.0f of the servers",
                    round,
                    failovers,
                    size.failoversOfAll(),
                    took,
                    failovers / took,
                    (instancesCpuNanos() - instancesBefore) / 1e3 / failovers,
                    (lab.cpuNanos() - serversBefore) / 1e3 / failovers);
        }
        String all = rates.stream().map(rate -> format("%.0f", rate)).collect(Collectors.joining(", "));
        double median = rates.stream().sorted().toList().get(ROUNDS / 2);
        note("failovers a second: median (all rounds)", "%.0f (%s)", median, all);
    }

    /** Fails so many VMs of each site at once, and waits until each plan has ended; how many were failed over. */
    private int failovers(int ofASite) throws InterruptedException {
        String line = "fail " + nextVm + " " + ofASite;
        nextVm += ofASite;
        instances.values().forEach(instance -> instance.tell(line));
        int carriedOut = 0;
        for (SitesInstance instance : instances.values()) {
            String answer = instance.answer();
            Matcher counts = FAILED_OVER.matcher(answer);
            if (!counts.matches()) {
                throw new IllegalStateException(instance.name() + ": " + answer);
            }
            carriedOut += Integer.parseInt(counts.group(1));
            if (!counts.group(2).equals("0")) {
                print("%s did not fail %s over: %s", instance.name(), counts.group(2), counts.group(3));
            }
        }
        return carriedOut;
    }

    private void takeover() throws InterruptedException {
        SitesInstance killed = instances.get(KILLED);
        if (killed == null) {
            throw new IllegalStateException(KILLED + " does not run");
        }
        Set<String> orphans = killed.led();
        long began = System.nanoTime();
        killed.close();
        instances.remove(KILLED);
        String what = format("one killed, %d of %d sites: ", orphans.size(), size.sites());
        awaitLed(what, began, orphans);
        awaitEvenly(what, began);
    }

    private void comeBack() throws Exception {
        long began = System.nanoTime();
        start(KILLED);
        awaitEvenly("started again: ", began);
    }

    private Set<String> allLed() {
        Set<String> led = new HashSet<>();
        instances.values().forEach(instance -> led.addAll(instance.led()));
        return led;
    }

    private boolean isEverySiteLed() {
        return allLed().size() == size.sites();
    }

    private boolean isSpreadEvenly() {
        List<Integer> counts = counts();
        int most = counts.stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = counts.stream().mapToInt(Integer::intValue).min().orElse(0);
        return isEverySiteLed() && most - least < 2;
    }

    private List<Integer> counts() {
        return instances.values().stream()
                .map(instance -> instance.led().size())
                .toList();
    }

    private String spreadNow() {
        return counts().stream().map(String::valueOf).collect(Collectors.joining(" + "));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            for (SitesInstance instance : instances.values()) {
                if (!instance.isRunning()) {
                    throw new IllegalStateException(instance.name() + " ended by itself: " + instance.errors());
                }
            }
            if (System.nanoTime() - began > LONGEST_WAIT.toNanos()) {
                throw new IllegalStateException("not within " + LONGEST_WAIT + ": " + what + "; spread " + spreadNow());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private long instancesCpuNanos() {
        return instances.values().stream()
                .mapToLong(instance -> instance.cpu().toNanos())
                .sum();
    }

    /** The number of the ensemble's last transaction. */
    private long transactions() throws IOException {
        try (Socket socket = new Socket(lab.address("zk1"), 2181)) {
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            Matcher zxid = ZXID.matcher(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            if (!zxid.find()) {
                throw new IllegalStateException("zk1 does not tell its last transaction");
            }
            return Long.parseLong(zxid.group(1), 16);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }

    private static void print(String text, Object... values) {
        System.out.println(format(text, values));
    }

    private void note(String what, String text, Object... values) {
        String row = format("%-66s ", what) + format(text, values);
        table.add(row);
        System.out.println(row);
    }

    @Override
    public void close() {
        instances.values().forEach(SitesInstance::close);
    }
}
