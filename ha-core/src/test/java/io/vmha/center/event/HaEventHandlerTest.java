package io.vmha.center.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HaEventHandlerTest {

    static Stream<Class<?>> kinds() {
        return Stream.of(HaEvent.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachKindOfEventHasAMethodOfItsOwnWhichIsCalledWithIt(Class<?> kind) throws Exception {
        Method own = HaEventHandler.class.getMethod("on" + kind.getSimpleName(), kind);
        List<String> called = new ArrayList<>();
        HaEventHandler handler = (HaEventHandler) Proxy.newProxyInstance(
                HaEventHandler.class.getClassLoader(),
                new Class<?>[] {HaEventHandler.class},
                (proxy, method, given) -> {
                    called.add(method.getName());
                    assertThat(given[0]).isInstanceOf(kind);
                    return null;
                });

        ((HaEvent) Blank.of(kind)).dispatchTo(handler);

        assertThat(own.isDefault()).isTrue();
        assertThat(called).containsExactly(own.getName());
    }
}
