/* The moons step by hand, in plain loops: a ceiling for what compiling a tape can reach.
 * Parameters: for each layer, for each neuron, its weights and its bias, as engine.MLP has them. */

#include <math.h>

#define P 337 /* 16 * (2 + 1) + 16 * (16 + 1) + 1 * (16 + 1) */

static void layer(const double *w, const double *x, int inputs, int outputs, double *s) {
    for (int j = 0; j < outputs; j++, w += inputs + 1) {
        double sum = w[inputs];
        for (int i = 0; i < inputs; i++) sum += w[i] * x[i];
        s[j] = sum;
    }
}

/* Adds to the gradient of a layer, and gives that of its inputs, unless dx is null. */
static void back(const double *w, double *g, const double *x, const double *d, int inputs,
                 int outputs, double *dx) {
    if (dx)
        for (int i = 0; i < inputs; i++) dx[i] = 0;
    for (int j = 0; j < outputs; j++, w += inputs + 1, g += inputs + 1) {
        if (d[j] == 0) continue;
        for (int i = 0; i < inputs; i++) g[i] += d[j] * x[i];
        g[inputs] += d[j];
        if (dx)
            for (int i = 0; i < inputs; i++) dx[i] += d[j] * w[i];
    }
}

/* The activation of a layer, and what it does to the gradient on the way back: relu, or tanh. */
static void activate(double *s, int n) {
    for (int i = 0; i < n; i++)
#ifdef TANH
        s[i] = tanh(s[i]);
#else
        if (s[i] <= 0) s[i] = 0;
#endif
}

static void activate_back(double *d, const double *s, int n) {
    for (int i = 0; i < n; i++)
#ifdef TANH
        d[i] *= 1 - s[i] * s[i];
#else
        if (s[i] <= 0) d[i] = 0;
#endif
}

/* Gradient descent over the whole batch, a step for each rate; the loss before each step. */
void train(double *w, int samples, const double *xs, const double *ys, int steps,
           const double *rates, double penalty, double *losses) {
    double *w2 = w + 16 * 3, *w3 = w2 + 16 * 17;
    double g[P], h1[16], h2[16], d1[16], d2[16], score, d;
    double *g2 = g + 16 * 3, *g3 = g2 + 16 * 17;
    for (int t = 0; t < steps; t++) {
        double total = 0, squares = 0;
        for (int k = 0; k < P; k++) g[k] = 0;
        for (int n = 0; n < samples; n++) {
            const double *x = xs + 2 * n;
            layer(w, x, 2, 16, h1), activate(h1, 16);
            layer(w2, h1, 16, 16, h2), activate(h2, 16);
            layer(w3, h2, 16, 1, &score);
            double margin = 1 - ys[n] * score;
            if (margin <= 0) continue;
            total += margin;
            d = -ys[n];
            back(w3, g3, h2, &d, 16, 1, d2), activate_back(d2, h2, 16);
            back(w2, g2, h1, d2, 16, 16, d1), activate_back(d1, h1, 16);
            back(w, g, x, d1, 2, 16, 0);
        }
        for (int k = 0; k < P; k++) squares += w[k] * w[k];
        losses[t] = total / samples + penalty * squares;
        for (int k = 0; k < P; k++) w[k] -= rates[t] * (g[k] / samples + 2 * penalty * w[k]);
    }
}
