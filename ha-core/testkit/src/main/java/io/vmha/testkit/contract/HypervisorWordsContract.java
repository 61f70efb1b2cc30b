package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.CallContext;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** That what an adapter says is fit for an operator and for a log, whatever its platform says. */
abstract class HypervisorWordsContract extends HypervisorEndingsContract {
    private static final Duration SHORTLY = Duration.ofMillis(100);
    private static final TemplateId NOTHING = TemplateId.of("no-such-template");

    @Test
    void neitherItsNameNorItsMessagesHoldASecret() throws Exception {
        List<String> said = new ArrayList<>(List.of(adapter.name(), adapter.toString()));
        failures().values().forEach(thrown -> said.addAll(all(thrown)));
        assertThat(testbed.secrets()).allSatisfy(secret -> assertThat(said).noneMatch(text -> text.contains(secret)));
    }

    @Test
    void itsMessagesAreOneLineThatAnybodyCanRead() throws Exception {
        assertThat(failures())
                .allSatisfy((asked, thrown) -> assertThat(thrown.getMessage())
                        .as("what was said of %s", asked)
                        .isNotBlank()
                        .matches(
                                text -> text.codePoints().allMatch(HypervisorWordsContract::isPlain), "is plain text"));
    }

    /** Neither begins a line of its own, nor speaks to a terminal, nor turns the direction of what follows. */
    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** All that a log with its stack trace would hold of it. */
    private static List<String> all(Throwable thrown) {
        Set<Throwable> found = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(thrown, found);
        return found.stream().map(Throwable::toString).toList();
    }

    private static void collect(Throwable thrown, Set<Throwable> found) {
        if (found.add(thrown)) {
            Optional.ofNullable(thrown.getCause()).ifPresent(cause -> collect(cause, found));
            List.of(thrown.getSuppressed()).forEach(other -> collect(other, found));
        }
    }

    /** What it throws, by when: failures of every kind that can be had here. The adapter is closed afterwards. */
    private Map<String, Throwable> failures() throws Exception {
        Map<String, Throwable> failures = new LinkedHashMap<>();
        provoke(failures, "refused", refused());
        provoke(failures, "too late", asked(() -> new CallContext(System.nanoTime() - 1, Optional.empty(), 0, 0)));
        // From here on the VM may be elsewhere, or off.
        provokeDuring(testbed.hang(), failures, "while the host hangs", asked(HypervisorWordsContract::shortly));
        provokeDuring(testbed.breakAnswers(), failures, "while the platform fails", asked(this::call));
        provokeDuring(
                testbed.loseAnswers(), failures, "while answers are lost", asked(HypervisorWordsContract::shortly));
        asked(this::call).forEach((name, call) -> {
            Thread.currentThread().interrupt();
            provoke(failures, "interrupted", Map.of(name, call));
            boolean unused = Thread.interrupted();
        });
        adapter.close();
        provoke(failures, "closed", asked(this::call));
        return failures;
    }

    private static void provokeDuring(
            Optional<AutoCloseable> trouble,
            Map<String, Throwable> failures,
            String when,
            Map<String, ThrowingCallable> calls)
            throws Exception {
        if (trouble.isPresent()) {
            try (AutoCloseable handle = trouble.get()) {
                assertThat(handle).isNotNull();
                provoke(failures, when, calls);
            }
        }
    }

    private static CallContext shortly() {
        return CallContext.within(SHORTLY);
    }

    private static void provoke(Map<String, Throwable> failures, String when, Map<String, ThrowingCallable> calls) {
        calls.forEach((name, call) -> Optional.ofNullable(catchThrowable(call))
                .ifPresent(thrown -> failures.put(name + ", " + when, thrown)));
    }

    /** What is refused in the state that a test begins in, and changes nothing. */
    private Map<String, ThrowingCallable> refused() {
        VmId vm = testbed.vm();
        HostId host = testbed.host();
        Resources all = adapter.discover(call()).toInventory().requireHost(host).capacity();
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("state of nobody", () -> adapter.powerState(NOBODY, call()));
        calls.put("reading of nobody", () -> adapter.read(NOBODY, call()));
        calls.put("powering nobody off", () -> adapter.powerOff(NOBODY, Duration.ZERO, call()));
        calls.put("starting nobody", () -> adapter.powerOn(NOBODY, host, call()));
        calls.put("reallocating nobody", () -> adapter.reallocate(NOBODY, testbed.grown(), call()));
        calls.put("moving nobody", () -> adapter.migrate(NOBODY, testbed.otherHost(), call()));
        calls.put("starting nowhere", () -> adapter.powerOn(vm, NOWHERE, call()));
        calls.put("moving to nowhere", () -> adapter.migrate(vm, NOWHERE, call()));
        calls.put("cloning to nowhere", () -> adapter.cloneFromTemplate(testbed.template(), NOBODY, NOWHERE, call()));
        calls.put("cloning nothing", () -> adapter.cloneFromTemplate(NOTHING, NOBODY, host, call()));
        calls.put("leftovers nowhere", () -> adapter.leftovers(vm, NOWHERE, call()));
        calls.put("starting what runs elsewhere", () -> adapter.powerOn(vm, testbed.otherHost(), call()));
        calls.put("replacing what runs", () -> adapter.cloneFromTemplate(testbed.template(), vm, host, call()));
        calls.put("allocating too much", () -> adapter.reallocate(vm, all.plus(all), call()));
        return calls;
    }

    /** What nobody refuses, each within a new context. */
    private Map<String, ThrowingCallable> asked(Supplier<CallContext> context) {
        VmId vm = testbed.vm();
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("discovery", () -> adapter.discover(context.get()));
        calls.put("state", () -> adapter.powerState(vm, context.get()));
        calls.put("reading", () -> adapter.read(vm, context.get()));
        calls.put("reallocation", () -> adapter.reallocate(vm, testbed.grown(), context.get()));
        calls.put("migration", () -> adapter.migrate(vm, testbed.otherHost(), context.get()));
        calls.put("power-off", () -> adapter.powerOff(vm, Duration.ZERO, context.get()));
        return calls;
    }
}
