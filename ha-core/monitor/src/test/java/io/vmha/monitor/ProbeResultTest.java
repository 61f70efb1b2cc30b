package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.monitor.report.GuestFault;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A visitor is given each kind by its own method, and a partial one answers for the kinds that it does not name. */
class ProbeResultTest {

    static List<ProbeResult> results() {
        return List.of(
                ProbeResult.healthy("all well"),
                ProbeResult.warning("nearly full"),
                ProbeResult.unknown("no such file"),
                ProbeResult.failed(GuestFault.SERVICE_DOWN, "refused"));
    }

    @Test
    void everyKindIsAmongTheseResults() {
        assertThat(results().stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(ProbeResult.class.getPermittedSubclasses());
    }

    @Test
    void aVisitorHasAMethodForEachKind() {
        List<String> kinds = Arrays.stream(ProbeResult.class.getPermittedSubclasses())
                .map(kind -> "visit" + kind.getSimpleName())
                .toList();
        assertThat(ProbeResult.Visitor.class.getMethods())
                .extracting(method -> method.getName())
                .containsExactlyInAnyOrderElementsOf(kinds);
    }

    @ParameterizedTest
    @MethodSource("results")
    void eachKindIsGivenToItsOwnMethod(ProbeResult result) {
        ProbeResult given = result.accept(new ProbeResult.Visitor<ProbeResult>() {
            @Override
            public ProbeResult visitHealthy(ProbeResult.Healthy healthy) {
                return healthy;
            }

            @Override
            public ProbeResult visitWarning(ProbeResult.Warning warning) {
                return warning;
            }

            @Override
            public ProbeResult visitUnknown(ProbeResult.Unknown unknown) {
                return unknown;
            }

            @Override
            public ProbeResult visitFailed(ProbeResult.Failed failed) {
                return failed;
            }
        });
        assertThat(given).isSameAs(result);
    }

    @ParameterizedTest
    @MethodSource("results")
    void aPartialVisitorAnswersForTheKindsThatItDoesNotName(ProbeResult result) {
        String told = result.accept(new ProbeResult.PartialVisitor<String>() {
            @Override
            public String visitFailed(ProbeResult.Failed failed) {
                return "failed " + failed.kind();
            }

            @Override
            public String visitOther(ProbeResult other) {
                return "other " + other.detail();
            }
        });
        assertThat(told)
                .isEqualTo(result instanceof ProbeResult.Failed ? "failed SERVICE_DOWN" : "other " + result.detail());
    }

    @ParameterizedTest
    @MethodSource("results")
    @SuppressWarnings("removal")
    void foldStillAnswersWhatTheVisitorDoes(ProbeResult result) {
        assertThat(result.<ProbeResult>fold(
                        healthy -> healthy, warning -> warning, unknown -> unknown, failed -> failed))
                .isSameAs(result);
    }
}
