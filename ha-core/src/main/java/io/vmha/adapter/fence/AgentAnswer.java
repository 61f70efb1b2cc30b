package io.vmha.adapter.fence;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import io.vmha.model.PowerState;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the end of an agent's run means.
 *
 * <p>By the agents' common interface, exit code 0 is success, or for {@code status} on; 2 is off, for {@code status} only; 1
 * is every failure, and what it was is in the library's own words. Any other end is an accident. An interpreter that
 * cannot read its script ends with 2 too, so off is believed only where a whole line of standard output says so as well, and no
 * other line says something else.
 *
 * <p>Agents say how they are used also where the device did not answer, so that text alone tells nothing.
 */
final class AgentAnswer {
    private static final int LONGEST_QUOTE = 160;
    private static final int TELLING = 4;
    private static final String STATUS = "Status: ";
    private static final String ON = STATUS + "ON";
    private static final String OFF = STATUS + "OFF";
    private static final Pattern UNCAUGHT = Pattern.compile("[\\w.]{1,100}(Error|Exception)\\w{0,40}: ");
    /** What a shell ends with, and what starts the agent, where there is no program, or none that can be run. */
    private static final List<Integer> NOT_STARTED = List.of(126, 127);

    private static final List<String> REFUSED_LOGIN = List.of(
            "rakp 2 hmac is invalid",
            "unauthorized name",
            "invalid user name",
            "activate session command failed",
            "insufficient privilege",
            "does not have the correct privileges",
            "you have to set login",
            "you have to enter password",
            "failed: unauthorized",
            "incorrect access key",
            "user credentials are not set");
    private static final List<String> REFUSED_OPTIONS = List.of(
            "unrecognised action",
            "invalid action",
            "is not supported in this fence agent",
            "no available api configured for action",
            "you have to enter",
            "you have to set",
            "please specify",
            "must be supplied",
            "mangled port number",
            "incorrect region",
            "can not find vm uuid",
            "can't find port with name");
    private static final List<String> MISSING_PROGRAM = List.of(
            "setsid: failed to execute",
            "/env: ",
            "not found or not accessible",
            "not found or not executable",
            "was not found or was not executable",
            "unable to run ",
            "cannot run command ",
            "modulenotfounderror",
            "importerror");
    /** The library's own, and those of agents that ask a service of its own for it, before they do anything. */
    private static final List<String> NOT_EVEN_BEGUN = List.of("unable to connect/login", "unable to connect to ");

    private final String agent;
    private final AgentRun run;
    private final Collection<char[]> secrets;

    AgentAnswer(String agent, AgentRun run, Collection<char[]> secrets) {
        this.agent = agent;
        this.run = run;
        this.secrets = secrets;
    }

    /** Reads the answer to {@code status}, which changes nothing however it ends. */
    PowerState powerState() {
        List<String> said = run.output().stream()
                .filter(line -> line.startsWith(STATUS))
                .distinct()
                .toList();
        if (run.exitCode() == 0 && said.equals(List.of(ON))) {
            return PowerState.ON;
        }
        if (run.exitCode() == 2 && said.equals(List.of(OFF))) {
            return PowerState.OFF;
        }
        throw permanent()
                .orElseGet(() -> run.exitCode() == AgentRun.KILLED
                        ? new AdapterException.Transient(Cause.TIMEOUT, agent + " status: not answered by the deadline")
                        : new AdapterException.Transient(
                                run.exitCode() == 1 ? Cause.UNREACHABLE : Cause.REFUSED, failure("status")));
    }

    /** Returns why an action that has an effect was not done, or is not known to be; empty where the agent says it was. */
    Optional<AdapterException> failureOf(String action) {
        if (run.exitCode() == 0) {
            return Optional.empty();
        }
        if (run.exitCode() == AgentRun.KILLED) {
            return Optional.of(new AdapterException.OutcomeUnknown(
                    Cause.TIMEOUT, agent + " " + action + ": not done by the deadline"));
        }
        Optional<AdapterException> permanent = permanent();
        if (permanent.isPresent()) {
            return permanent;
        }
        return Optional.of(
                run.exitCode() == 1 && says(NOT_EVEN_BEGUN)
                        ? new AdapterException.Transient(Cause.UNREACHABLE, failure(action))
                        : new AdapterException.OutcomeUnknown(Cause.UNREACHABLE, failure(action)));
    }

    private Optional<AdapterException> permanent() {
        boolean notStarted = NOT_STARTED.contains(run.exitCode());
        if ((run.exitCode() == 1 || notStarted) && says(MISSING_PROGRAM)) {
            return Optional.of(new AdapterException.Permanent(
                    Cause.UNSUPPORTED, agent + ": a program that it needs is missing" + quote()));
        }
        if (run.exitCode() != 1) {
            return Optional.empty();
        }
        if (says(REFUSED_LOGIN)) {
            return Optional.of(new AdapterException.Permanent(
                    Cause.NOT_PERMITTED, agent + ": the device refuses the user, the password or the privileges"));
        }
        if (says(REFUSED_OPTIONS)) {
            return Optional.of(
                    new AdapterException.Permanent(Cause.REFUSED, agent + ": the agent refuses its options" + quote()));
        }
        return Optional.empty();
    }

    private boolean says(List<String> phrases) {
        return phrases.stream().anyMatch(this::says);
    }

    private boolean says(String phrase) {
        return run.lines().stream()
                .anyMatch(line -> line.toLowerCase(Locale.ROOT).contains(phrase));
    }

    private String failure(String action) {
        return agent + " " + action + ": ended with exit code " + run.exitCode() + quote();
    }

    /** The first line that tells of an error, or the last of what Python says of one, unless it holds a part of a secret. */
    private String quote() {
        return run.lines().stream()
                .filter(line -> line.contains("ERROR"))
                .findFirst()
                .map(line -> line.substring(line.indexOf("ERROR")))
                .or(() -> run.errors().stream()
                        .filter(line -> UNCAUGHT.matcher(line).lookingAt())
                        .reduce((one, next) -> next))
                .filter(this::tellsNoSecret)
                .map(line -> PeerText.quote(line, LONGEST_QUOTE))
                // What is written as its code point may put together what was apart.
                .filter(this::tellsNoSecret)
                .map(quoted -> " (" + quoted + ")")
                .orElse("");
    }

    private boolean tellsNoSecret(String line) {
        return secrets.stream().noneMatch(secret -> holdsPartOf(line, secret));
    }

    private static boolean holdsPartOf(String line, char[] secret) {
        int length = Math.min(TELLING, secret.length);
        for (int from = 0; from + length <= secret.length; from++) {
            for (int at = 0; at + length <= line.length(); at++) {
                if (matches(line, at, secret, from, length)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean matches(String line, int at, char[] secret, int from, int length) {
        for (int i = 0; i < length; i++) {
            if (Character.toLowerCase(line.charAt(at + i)) != Character.toLowerCase(secret[from + i])) {
                return false;
            }
        }
        return true;
    }
}
