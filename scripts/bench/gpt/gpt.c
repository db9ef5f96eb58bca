/* A step of the GPT by hand, in plain loops: a ceiling for what compiling a tape can reach.
 * Parameters: letter, place, score, query, key, value, output, up, down, as in model.py. */
#include <math.h>
#include <string.h>

enum { D = 16, HEADS = 4, HD = 4, LETTERS = 27, BLOCK = 16, F = 64, P = 4192 };

static double G[P], M[P], V[P];

typedef struct {
    double x0[D], s0, x1[D], s1, x2[D], q[D], k[D], v[D], a[HEADS][BLOCK], o[D];
    double x3[D], s3, x4[D], h[F], x5[D], p[LETTERS];
} Position;

static Position at[BLOCK];

static void linear(const double *w, const double *x, int rows, int columns, double *y) {
    for (int j = 0; j < rows; j++) {
        double s = 0;
        for (int i = 0; i < columns; i++) s += w[j * columns + i] * x[i];
        y[j] = s;
    }
}

/* Adds to the gradients of a matrix and of its inputs. */
static void back(const double *w, double *g, const double *x, const double *d, int rows,
                 int columns, double *dx) {
    for (int j = 0; j < rows; j++) {
        double e = d[j];
        if (e == 0) continue;
        for (int i = 0; i < columns; i++) {
            g[j * columns + i] += e * x[i];
            dx[i] += e * w[j * columns + i];
        }
    }
}

static double normal(const double *x, double *y) {
    double s = 0;
    for (int i = 0; i < D; i++) s += x[i] * x[i];
    double scale = 1 / sqrt(s / D + 1e-5);
    for (int i = 0; i < D; i++) y[i] = x[i] * scale;
    return scale;
}

static void normal_back(const double *x, double scale, const double *dy, double *dx) {
    double s = 0;
    for (int i = 0; i < D; i++) s += dy[i] * x[i];
    s *= -scale * scale * scale / D;
    for (int i = 0; i < D; i++) dx[i] += dy[i] * scale + s * x[i];
}

static double step(const double *w, const int *t, int n) {
    const double *letter = w, *place = letter + LETTERS * D, *score = place + BLOCK * D;
    const double *query = score + LETTERS * D, *key = query + D * D, *value = key + D * D;
    const double *output = value + D * D, *up = output + D * D, *down = up + F * D;
    double loss = 0, y[D];
    for (int p = 0; p < n; p++) {
        Position *z = at + p;
        for (int i = 0; i < D; i++) z->x0[i] = letter[t[p] * D + i] + place[p * D + i];
        z->s0 = normal(z->x0, z->x1);
        z->s1 = normal(z->x1, z->x2);
        linear(query, z->x2, D, D, z->q);
        linear(key, z->x2, D, D, z->k);
        linear(value, z->x2, D, D, z->v);
        for (int h = 0; h < HEADS; h++) {
            double s = 0;
            for (int u = 0; u <= p; u++) {
                double d = 0;
                for (int i = 0; i < HD; i++) d += z->q[h * HD + i] * at[u].k[h * HD + i];
                s += z->a[h][u] = exp(d * .5);
            }
            for (int u = 0; u <= p; u++) z->a[h][u] /= s;
            for (int i = 0; i < HD; i++) {
                double d = 0;
                for (int u = 0; u <= p; u++) d += z->a[h][u] * at[u].v[h * HD + i];
                z->o[h * HD + i] = d;
            }
        }
        linear(output, z->o, D, D, y);
        for (int i = 0; i < D; i++) z->x3[i] = z->x1[i] + y[i];
        z->s3 = normal(z->x3, z->x4);
        linear(up, z->x4, F, D, z->h);
        for (int i = 0; i < F; i++) if (z->h[i] <= 0) z->h[i] = 0;
        linear(down, z->h, D, F, y);
        for (int i = 0; i < D; i++) z->x5[i] = z->x3[i] + y[i];
        linear(score, z->x5, LETTERS, D, z->p);
        double s = 0, found = z->p[t[p + 1]];
        for (int i = 0; i < LETTERS; i++) s += z->p[i] = exp(z->p[i]);
        for (int i = 0; i < LETTERS; i++) z->p[i] /= s;
        loss += log(s) - found;
    }
    static double dk[BLOCK][D], dv[BLOCK][D];
    memset(dk, 0, sizeof dk);
    memset(dv, 0, sizeof dv);
    memset(G, 0, sizeof G);
#define OF(matrix) (G + ((matrix) - w))
    double c = 1.0 / n;
    for (int p = n - 1; p >= 0; p--) {
        Position *z = at + p;
        double d[LETTERS], dx[D] = {0}, dh[F] = {0}, d4[D] = {0}, d1[D], d2[D] = {0}, d0[D] = {0};
        double dq[D] = {0}, dout[D] = {0};
        for (int i = 0; i < LETTERS; i++) d[i] = c * z->p[i];
        d[t[p + 1]] -= c;
        back(score, OF(score), z->x5, d, LETTERS, D, dx);
        back(down, OF(down), z->h, dx, D, F, dh);
        for (int i = 0; i < F; i++) if (z->h[i] == 0) dh[i] = 0;
        back(up, OF(up), z->x4, dh, F, D, d4);
        normal_back(z->x3, z->s3, d4, dx);
        memcpy(d1, dx, sizeof dx);
        back(output, OF(output), z->o, dx, D, D, dout);
        for (int h = 0; h < HEADS; h++) {
            double da[BLOCK], s = 0;
            for (int u = 0; u <= p; u++) {
                double e = 0;
                for (int i = 0; i < HD; i++) {
                    e += dout[h * HD + i] * at[u].v[h * HD + i];
                    dv[u][h * HD + i] += dout[h * HD + i] * z->a[h][u];
                }
                da[u] = e;
                s += e * z->a[h][u];
            }
            for (int u = 0; u <= p; u++) {
                double e = z->a[h][u] * (da[u] - s) * .5;
                for (int i = 0; i < HD; i++) {
                    dq[h * HD + i] += e * at[u].k[h * HD + i];
                    dk[u][h * HD + i] += e * z->q[h * HD + i];
                }
            }
        }
        back(query, OF(query), z->x2, dq, D, D, d2);
        back(key, OF(key), z->x2, dk[p], D, D, d2);
        back(value, OF(value), z->x2, dv[p], D, D, d2);
        normal_back(z->x1, z->s1, d2, d1);
        normal_back(z->x0, z->s0, d1, d0);
        for (int i = 0; i < D; i++) {
            OF(letter)[t[p] * D + i] += d0[i];
            OF(place)[p * D + i] += d0[i];
        }
    }
    return loss / n;
}

/* Records follow one another in t: how many letters are to be read, then these and the last. */
void train(double *w, const int *t, const double *rates, double *losses, int steps) {
    double b1 = .85, b2 = .99, p1 = 1, p2 = 1;
    memset(M, 0, sizeof M);
    memset(V, 0, sizeof V);
    for (int s = 0; s < steps; s++) {
        int n = *t++;
        losses[s] = step(w, t, n);
        t += n + 1;
        p1 *= b1;
        p2 *= b2;
        for (int i = 0; i < P; i++) {
            M[i] = b1 * M[i] + (1 - b1) * G[i];
            V[i] = b2 * V[i] + (1 - b2) * (G[i] * G[i]);
            w[i] -= rates[s] * (M[i] / (1 - p1)) / (sqrt(V[i] / (1 - p2)) + 1e-8);
        }
    }
}
